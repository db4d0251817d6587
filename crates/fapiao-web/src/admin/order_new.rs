//! A new order by hand: typed, computed, accepted like any other.

use super::{
    Answer,
    desk::{Worker, Works},
    failure::Failure,
    forms::{Sent, errors_of},
    frame::Frame,
    link_new,
    pieces::{rate_words, stores},
};
use crate::{
    i18n::{fill1, policies, states},
    pages::{
        field::Errors,
        orders::{OrderForm, OrderNewPage, ProductOffer},
        parts::{Choice, Tone},
        shell::Section,
    },
    problem::Problem,
};
use actix_web::http::StatusCode;
use fapiao_domain::{
    delivery::{Channel, PageType},
    rate::Rate,
};
use fapiao_usecases::{
    calendar,
    errors::StoreError,
    merchant::{
        drafts::{DeliveryDraft, DifferenceDraft, LineDraft, OrderDraft},
        orders::{OrderError, OrderOutcome, accept_order},
    },
    ports::Scope,
    records::{CodeBook, Product},
    typed::plain_number,
};

/// Where orders may be invoiced.
pub(super) const CHANNELS: [Channel; 4] = [
    Channel::Web,
    Channel::Wap,
    Channel::MiniProgram,
    Channel::App,
];

/// `GET /admin/orders/new`.
pub(super) async fn blank(desk: Worker) -> Answer {
    let mut form = OrderForm::blank();
    if let Scope::Store(chosen) = desk.view()
        && let Some(store) = desk.ports().store.store(&chosen).await?
    {
        form.store = store.code;
    }
    let page = page(&desk, form, Errors::default()).await?;
    Ok(desk.page(&page))
}

/// `POST /admin/orders`.
pub(super) async fn create(sent: Sent<Works>) -> Answer {
    let (desk, sent) = (sent.desk, sent.form);
    let mut form = OrderForm::from_pairs(sent.pairs());
    if sent.get("do") == "add_line" {
        if form.lines.len() < OrderForm::LINES_MAX {
            form.lines.push(Default::default());
        }
        let page = page(&desk, form, Errors::default()).await?;
        return Ok(desk.page_with(StatusCode::OK, &page));
    }
    let products = desk.ports().store.products().await?;
    let codes = desk.ports().store.tax_codes().await?;
    let (draft, places) = draft_of(&form, &products, &codes, &calendar::day(desk.now()));
    let nothing = |_: &_| String::new();
    let t = desk.t();
    let outcome = accept_order(desk.ports(), &desk.caller(), &draft, None, &nothing).await;
    let errors = match outcome {
        Ok(OrderOutcome::Created(made)) => {
            let to = match PageType::parse(&form.page) {
                Some(page @ (PageType::Confirm | PageType::Collect)) if form.deliver => {
                    // What the title is, is asked next.
                    let (id, channel) = (&made.order.id, &form.channel);
                    let page = page.as_str();
                    format!("/admin/orders/{id}/deliveries/new?page={page}&channel={channel}")
                }
                _ => format!("/admin/orders/{}", made.order.id),
            };
            return Ok(desk.done(&to, &fill1(t.told.order_made, &made.order.order_no)));
        }
        Ok(OrderOutcome::Existing(known)) => {
            let to = format!("/admin/orders/{}", known.order.id);
            let text = fill1(t.told.order_known, &known.order.order_no);
            return Ok(desk.told(&to, Tone::Warn, &text));
        }
        Ok(OrderOutcome::Replayed { .. }) => {
            return Err(Problem::internal("an order without a key was replayed").into());
        }
        Err(OrderError::Invalid(errors)) => {
            let mut errors = errors_of(errors, desk.lang(), |pointer| field_of(pointer, &places));
            // A rate that was left to the class code is chosen, not written.
            for error in &mut errors.0 {
                if error.field.ends_with("-rate") && chosen_rate(&form, &error.field).is_empty() {
                    t.form.not_chosen.clone_into(&mut error.message);
                }
                if error.field == "difference" && form.difference.is_empty() {
                    t.parts.difference_choose.clone_into(&mut error.message);
                }
            }
            errors
        }
        Err(OrderError::OrderNoTaken { .. }) => {
            let mut errors = Errors::default();
            errors.add("order_no", t.told.order_no_taken);
            errors
        }
        Err(other) => return Err(Failure::from(Problem::from(other))),
    };
    let page = page(&desk, form, errors).await?;
    Ok(desk.wrong(&page))
}

/// The order as typed, without its blank lines, and where each line stands in the form. What was left empty comes from
/// the product of that name, and the rate from the class code.
fn draft_of(
    form: &OrderForm,
    products: &[Product],
    codes: &CodeBook,
    today: &str,
) -> (OrderDraft, Vec<usize>) {
    let mut lines = Vec::new();
    let mut places = Vec::new();
    for (place, typed) in form.lines.iter().enumerate() {
        if typed.is_blank() {
            continue;
        }
        let product = products
            .iter()
            .find(|it| it.name == typed.name || it.sku == typed.name);
        let or = |typed: &str, known: &dyn Fn(&Product) -> String| {
            if typed.trim().is_empty() {
                product.map(known).unwrap_or_default()
            } else {
                typed.trim().to_owned()
            }
        };
        let tax_code = or(&typed.tax_code, &|it| it.tax_code.clone());
        let usual = codes
            .on(&tax_code, today)
            .map_or_else(String::new, |it| it.usual_rate.clone());
        let rate = or(&typed.rate, &|it| it.rate.to_string());
        let preference = match typed.preference.as_str() {
            // A fact of the product; with another class or rate than its own, it does not apply.
            "" => product
                .filter(|it| it.tax_code == tax_code && it.rate.to_string() == rate)
                .and_then(|it| it.preference)
                .map_or_else(String::new, |it| it.to_string()),
            policies::WITHOUT => String::new(),
            chosen => chosen.to_owned(),
        };
        lines.push(LineDraft {
            amount: String::new(),
            name: product.map_or_else(|| typed.name.clone(), |it| it.name.clone()),
            spec: or(&typed.spec, &|it| it.spec.clone()),
            unit: or(&typed.unit, &|it| it.unit.clone()),
            quantity: plain_number(&typed.quantity),
            unit_price: plain_number(&or(&typed.unit_price, &|it| it.unit_price.to_string())),
            tax_included: form.tax_included != "no",
            rate: if rate.is_empty() { usual } else { rate },
            discount: plain_number(&typed.discount),
            preference,
            tax_code,
        });
        places.push(place);
    }
    let asks_title = form.page == PageType::Title.as_str();
    let delivery = (form.deliver && asks_title).then(|| DeliveryDraft {
        channel: Channel::parse(&form.channel).unwrap_or(Channel::Web),
        page: PageType::Title,
        return_url: String::new(),
        title: None,
        document: None,
        invoice: None,
    });
    let draft = OrderDraft {
        store: form.store.clone(),
        order_no: form.order_no.clone(),
        sold_at: String::new(),
        lines,
        discount: plain_number(&form.discount),
        remark: form.remark.clone(),
        delivery,
        payment: None,
        // A deduction that nobody chose a mode for is no blank field: it would be lost without a word.
        difference: (!form.difference.is_empty() || !form.deduction.trim().is_empty()).then(|| {
            DifferenceDraft {
                mode: form.difference.clone(),
                deduction: plain_number(&form.deduction),
            }
        }),
        invoice_kind: form.invoice_kind.clone(),
    };
    (draft, places)
}

/// The rate of the line that a field belongs to.
fn chosen_rate<'a>(form: &'a OrderForm, field: &str) -> &'a str {
    let line = field
        .split('-')
        .nth(1)
        .and_then(|it| it.parse::<usize>().ok());
    let line = line.and_then(|it| form.lines.get(it));
    line.map_or("", |it| it.rate.as_str())
}

/// From a place in the order to the field of the form.
fn field_of(pointer: &str, places: &[usize]) -> String {
    let mut parts = pointer.split('/');
    match (parts.next(), parts.next(), parts.next()) {
        (Some("lines"), Some(index), Some(member)) => {
            let line = index.parse::<usize>().ok();
            let place = line.and_then(|line| places.get(line)).copied().unwrap_or(0);
            let member = if member == "tax_included" {
                "unit_price"
            } else {
                member
            };
            format!("lines-{place}-{member}")
        }
        (Some("difference_tax"), Some("deduction"), _) => "deduction".to_owned(),
        (Some("difference_tax"), _, _) => "difference".to_owned(),
        (Some("delivery"), Some("channel"), _) => "channel".to_owned(),
        (
            Some(known @ ("order_no" | "store" | "discount" | "remark" | "invoice_kind")),
            None,
            _,
        ) => known.to_owned(),
        _ => "lines-0-name".to_owned(),
    }
}

async fn page(
    frame: &Frame,
    mut form: OrderForm,
    errors: Errors,
) -> Result<OrderNewPage, StoreError> {
    let t = frame.t();
    if form.lines.is_empty() {
        form.lines = OrderForm::blank().lines;
    }
    let stores = stores(frame).await?;
    let products = frame.ports().store.products().await?;
    Ok(OrderNewPage {
        shell: frame.shell(Section::Orders).await?,
        form,
        errors,
        rates: rates(frame, &stores).await?,
        policies: policies::line_choices(t),
        stores: stores
            .iter()
            .map(|it| Choice::new(it.code.as_str(), format!("{} {}", it.code, it.name)))
            .collect(),
        pages: link_new::pages(t),
        channels: CHANNELS
            .into_iter()
            .map(|it| Choice::new(it.as_str(), states::channel(t, it)))
            .collect(),
        products: products.into_iter().map(offer).collect(),
    })
}

fn offer(product: Product) -> ProductOffer {
    ProductOffer {
        price: product.unit_price.normalize().to_string(),
        rate: product.rate.to_string(),
        name: product.name,
        sku: product.sku,
        tax_code: product.tax_code,
        spec: product.spec,
        unit: product.unit,
    }
}

/// The rates the sellers of these stores may use today, the highest first, and the words for none.
async fn rates(
    frame: &Frame,
    stores: &[fapiao_usecases::records::Store],
) -> Result<Vec<Choice>, StoreError> {
    let today = calendar::day(frame.now());
    let mut sellers: Vec<_> = stores.iter().map(|it| it.seller.clone()).collect();
    sellers.sort();
    sellers.dedup();
    let mut rates: Vec<Rate> = Vec::new();
    for seller in sellers {
        for it in frame.ports().store.usable_rates(&seller).await? {
            if it.runs_on(&today) && !rates.contains(&it.rate) {
                rates.push(it.rate);
            }
        }
    }
    for word in [Rate::Zero, Rate::Exempt, Rate::NotTaxed] {
        if !rates.contains(&word) {
            rates.push(word);
        }
    }
    rates.sort_by_key(|it| std::cmp::Reverse(it.fraction()));
    Ok(std::iter::once(Choice::new("", frame.t().order.usual_rate))
        .chain(
            rates
                .into_iter()
                .map(|it| Choice::new(it.to_string(), rate_words(frame.t(), it))),
        )
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use fapiao_domain::{
        ids::{Id, ProductId},
        preference::Preference,
    };
    use fapiao_usecases::records::TaxCode;

    fn product() -> Product {
        Product {
            id: ProductId::from_ulid("01J8ZC3N6T9Q4W2E5R7Y8U1P0A"),
            sku: "SKU-1".to_owned(),
            name: "龙井茶".to_owned(),
            tax_code: "1030202010000000000".to_owned(),
            spec: "250克".to_owned(),
            unit: "罐".to_owned(),
            unit_price: "88.5".parse().unwrap(),
            tax_included: true,
            rate: Rate::parse("0.13").unwrap(),
            preference: Some(Preference::Refund50),
        }
    }

    #[test]
    fn a_product_fills_in_what_was_left_empty() {
        let form = OrderForm::from_pairs([
            ("order_no", "A-1"),
            ("lines-1-name", "SKU-1"),
            ("lines-1-quantity", "1,000"),
            ("lines-3-name", "其他"),
            ("lines-3-tax_code", "1080121010000000000"),
            ("lines-3-unit_price", "￥56.50"),
        ]);
        let codes = CodeBook::new(vec![TaxCode {
            code: "1080121010000000000".to_owned(),
            name: "陶瓷".to_owned(),
            short_name: "陶瓷".to_owned(),
            usual_rate: "0.13".to_owned(),
            summary: false,
            policies: String::new(),
            tax_rates: String::new(),
            levy_rates: String::new(),
            difference: None,
            from: String::new(),
            until: String::new(),
        }]);
        let (draft, places) = draft_of(&form, &[product()], &codes, "2026-11-21");
        assert_eq!(places, [1, 3]);
        let tea = &draft.lines[0];
        assert_eq!((tea.name.as_str(), tea.unit.as_str()), ("龙井茶", "罐"));
        assert_eq!(
            (tea.quantity.as_str(), tea.unit_price.as_str()),
            ("1000", "88.5")
        );
        assert_eq!((tea.rate.as_str(), tea.tax_included), ("0.13", true));
        assert_eq!(tea.preference, "12");
        for (chosen, told) in [("none", ""), ("13", "13")] {
            let form =
                OrderForm::from_pairs([("lines-0-name", "SKU-1"), ("lines-0-preference", chosen)]);
            let (draft, _) = draft_of(&form, &[product()], &codes, "2026-11-21");
            assert_eq!(draft.lines[0].preference, told);
        }
        let other = &draft.lines[1];
        assert_eq!(
            (other.unit_price.as_str(), other.rate.as_str()),
            ("56.50", "0.13")
        );
        assert!(draft.delivery.is_none());
    }

    #[test]
    fn errors_stand_at_the_line_that_was_typed() {
        assert_eq!(field_of("lines/1/rate", &[1, 3]), "lines-3-rate");
        assert_eq!(field_of("lines/0/tax_included", &[2]), "lines-2-unit_price");
        assert_eq!(field_of("order_no", &[]), "order_no");
        assert_eq!(field_of("lines", &[]), "lines-0-name");
    }
}
