//! A link for the buyer of an order, with what staff know of the title: WeChat's pages of types 0, 1 and 2.

use super::{
    Answer,
    deliveries::title_of,
    desk::{Worker, Works},
    failure::Failure,
    forms::{Sent, errors_of},
    order_new::CHANNELS,
};
use crate::{
    i18n::{Texts, states},
    pages::{
        deliveries::{LinkNewPage, TitleForm},
        field::Errors,
        parts::{Choice, Link, Tone},
        shell::Section,
    },
    problem::Problem,
};
use actix_web::{HttpRequest, web};
use fapiao_domain::{
    delivery::{Channel, PageType},
    ids::{Id, InvoiceId, OrderId},
};
use fapiao_usecases::{
    merchant::{
        drafts::{DeliveryDraft, DocumentDraft},
        orders::{OrderError, request_delivery},
    },
    records::Delivery,
};

const PAGES: [PageType; 3] = [PageType::Title, PageType::Confirm, PageType::Collect];

/// `GET /admin/orders/{id}/deliveries/new`, with `?page=` and `?channel=` as chosen before.
pub(super) async fn blank(desk: Worker, request: HttpRequest, id: web::Path<String>) -> Answer {
    let id = OrderId::parse(&id)?;
    let query = url::form_urlencoded::parse(request.query_string().as_bytes());
    let query: Vec<(String, String)> = query.into_owned().collect();
    let asked = |name: &str| {
        let found = query.iter().find(|(it, _)| it == name);
        found.map_or("", |(_, value)| value.as_str())
    };
    let wanted = Wanted {
        page: PageType::parse(asked("page")).unwrap_or(PageType::Confirm),
        channel: Channel::parse(asked("channel")).unwrap_or(Channel::Web),
        title: TitleForm::default(),
    };
    let page = page(&desk, &id, wanted, Errors::default()).await?;
    Ok(desk.page(&page))
}

/// The kinds of page to choose from.
pub(super) fn pages(t: &Texts) -> Vec<Choice> {
    let words = |it: PageType| match it {
        PageType::Title => t.delivery.page_title,
        PageType::Confirm => t.delivery.page_confirm,
        PageType::Collect => t.delivery.page_collect,
    };
    PAGES
        .into_iter()
        .map(|it| Choice::new(it.as_str(), words(it)))
        .collect()
}

struct Wanted {
    page: PageType,
    channel: Channel,
    title: TitleForm,
}

async fn page(
    frame: &super::frame::Frame,
    id: &OrderId,
    wanted: Wanted,
    errors: Errors,
) -> Result<LinkNewPage, Failure> {
    let order = frame.ports().store.order(&frame.scope(), id).await?;
    let order = order.ok_or(Failure::NotFound)?;
    let t = frame.t();
    Ok(LinkNewPage {
        shell: frame.shell(Section::Orders).await?,
        order: Link::new(order.order_no.as_str(), format!("/admin/orders/{id}")),
        total: order.totals.total - order.refunded,
        action: format!("/admin/orders/{id}/deliveries"),
        channels: CHANNELS
            .into_iter()
            .map(|it| Choice::new(it.as_str(), states::channel(t, it)))
            .collect(),
        channel: wanted.channel.as_str().to_owned(),
        pages: pages(t),
        page: wanted.page.as_str().to_owned(),
        title: wanted.title,
        errors,
    })
}

/// `POST /admin/orders/{id}/deliveries`: from the form, or by one button, which knows channel and invoice alone.
pub(super) async fn create(sent: Sent<Works>, id: web::Path<String>) -> Answer {
    let (desk, form, id) = (sent.desk, sent.form, OrderId::parse(&id)?);
    // An invoice that is there already is handed over: another would be made out of nothing.
    let invoice = match form.get("invoice") {
        "" => None,
        id => Some(InvoiceId::parse(id)?),
    };
    let asked = PageType::parse(form.get("page"));
    let wanted = Wanted {
        page: match invoice {
            Some(_) => PageType::Collect,
            None => asked.unwrap_or(PageType::Title),
        },
        channel: Channel::parse(form.get("channel")).unwrap_or(Channel::Web),
        title: form.typed()?,
    };
    let here = format!("/admin/orders/{id}");
    let t = desk.t();
    let typed = wanted.title != wanted.title.of_nobody();
    if wanted.page == PageType::Title && typed {
        let mut errors = Errors::default();
        errors.add("name", t.delivery.known_title_unused);
        let page = page(&desk, &id, wanted, errors).await?;
        return Ok(desk.wrong(&page));
    }
    let tells = wanted.page != PageType::Title && invoice.is_none();
    let title = &wanted.title;
    let document = DocumentDraft {
        kind: title.document_type.clone(),
        nationality: title.document_nationality.clone(),
        number: title.document_number.clone(),
    };
    let has_document = !document.kind.is_empty() || !document.number.is_empty();
    let draft = DeliveryDraft {
        channel: wanted.channel,
        page: wanted.page,
        return_url: String::new(),
        title: tells.then(|| title_of(title)),
        document: (tells && has_document).then_some(document),
        invoice,
    };
    let nothing = |_: &Delivery| String::new();
    match request_delivery(desk.ports(), &desk.caller(), &id, &draft, None, &nothing).await {
        Ok(_) => Ok(desk.done(&here, t.told.link_made)),
        Err(OrderError::DeliveryUnderWay(_)) => {
            Ok(desk.told(&here, Tone::Warn, t.told.delivery_under_way))
        }
        Err(OrderError::UnknownOrder(_)) => Err(Failure::NotFound),
        Err(OrderError::Invalid(errors)) => {
            let errors = errors_of(errors, desk.lang(), field_of);
            if asked.is_some() {
                let page = page(&desk, &id, wanted, errors).await?;
                return Ok(desk.wrong(&page));
            }
            let said: Vec<String> = errors.0.into_iter().map(|it| it.message).collect();
            Ok(desk.told(&here, Tone::Bad, &said.join(" ")))
        }
        Err(other) => Err(Problem::from(other).into()),
    }
}

/// From a place in the delivery to the field of the form.
fn field_of(pointer: &str) -> String {
    let pointer = pointer.strip_prefix("delivery/").unwrap_or(pointer);
    match pointer {
        "title" | "title/kind" => "name".to_owned(),
        other => match other.split_once('/') {
            Some(("document", member)) => format!("document_{member}"),
            Some(("title", "document")) => "document_number".to_owned(),
            Some(("title", member)) => match member.strip_prefix("document/") {
                Some(member) => format!("document_{member}"),
                None => member.to_owned(),
            },
            _ => other.to_owned(),
        },
    }
}
