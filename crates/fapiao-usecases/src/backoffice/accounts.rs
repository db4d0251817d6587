//! WeChat accounts as they are typed. Secrets go in and never come out.

use super::{SettingError, texts::Reading};
use crate::{
    actor::Actor,
    errors::StoreError,
    fields::FieldError,
    ids::fresh,
    jobs::{Job, QueuedJob},
    platform::template::templates_to_make,
    ports::{AccountUse, Ports, Sealer},
    records::{Account, AccountKind, PushMode, SealedText},
};
use fapiao_domain::ids::AccountId;

/// Length of an EncodingAESKey.
const PUSH_KEY_LENGTH: usize = 43;

/// An account as typed. Holds secrets: no `Debug`.
#[derive(Clone, Default)]
pub struct AccountDraft {
    /// For people.
    pub name: String,
    /// A kind's stored name.
    pub kind: String,
    /// WeChat's app id.
    pub app_id: String,
    /// Original id, may be empty.
    pub original_id: String,
    /// App secret, or empty to keep the old one.
    pub secret: String,
    /// Push token, or empty to keep the old one.
    pub push_token: String,
    /// EncodingAESKey, or empty to keep the old one.
    pub push_key: String,
    /// A push mode's stored name.
    pub push_mode: String,
    /// The platform's id; empty lets it be fetched (again).
    pub platform_id: String,
    /// Telephone buyers see.
    pub contact_phone: String,
    /// Seconds within which the invoice is promised.
    pub contact_timeout: String,
}

/// The rules an installation adds.
#[derive(Clone, Copy, Debug)]
pub struct AccountRules {
    /// Whether pushes may come in plain text: never in production.
    pub allow_plain_pushes: bool,
}

/// Saves an account; `before` is `None` for a new one, and carries the version that was read otherwise. A changed push
/// key keeps the one before, so that pushes sent under it are still read. Queues the preparation at WeChat.
///
/// # Errors
/// [`SettingError`].
pub async fn save_account(
    ports: &Ports,
    actor: &Actor,
    before: Option<&Account>,
    draft: &AccountDraft,
    rules: AccountRules,
) -> Result<Account, SettingError> {
    let known = ports.store.account_by_app_id(draft.app_id.trim()).await?;
    let taken = known.is_some_and(|known| before.is_none_or(|before| before.id != known.id));
    let mut account = read(ports.sealer.as_ref(), before, draft, rules, taken)?;
    match before {
        None => account.id = fresh(ports.clock.now()),
        Some(before) => same_at_wechat(ports, before, &account).await?,
    }
    let mut then = vec![QueuedJob::now(
        Job::PrepareAccount(account.id.clone()),
        None,
    )];
    then.extend(templates_of_sellers(ports, &account.id).await?);
    ports.store.save_account_then(&account, then, actor).await?;
    Ok(account)
}

/// Refuses to make another account of one that templates, deliveries and cards refer to: WeChat knows them under the app
/// id of before, and would refuse every call about them.
async fn same_at_wechat(
    ports: &Ports,
    before: &Account,
    after: &Account,
) -> Result<(), SettingError> {
    let mut changed = Vec::new();
    if before.app_id != after.app_id {
        changed.push("/app_id");
    }
    if before.kind != after.kind {
        changed.push("/kind");
    }
    // WeChat never answered to what was typed: nothing of it can be there.
    let is_unknown = before.platform_id.is_none() && before.contact_set_at.is_none();
    if changed.is_empty() || is_unknown {
        return Ok(());
    }
    let AccountUse {
        templates,
        deliveries,
    } = ports.store.use_of_account(&before.id).await?;
    if templates + deliveries == 0 {
        return Ok(());
    }
    let errors = changed.into_iter().map(|field| {
        let message = format!(
            "{templates} card templates and {deliveries} deliveries belong to this account at WeChat: leave its app id and \
             sort as they are, enter the other one as a new account, and choose that one in the seller's settings"
        );
        FieldError::new(field, "E_ACCOUNT_IN_USE", message).in_chinese(format!(
            "已有 {templates} 个卡券模板、{deliveries} 笔投递属于这个微信账号，AppID 和类型不能再改：请把另一个账号作为新账号添加，再到开票主体设置中选用"
        ))
    });
    Err(SettingError::Invalid(errors.collect()))
}

/// Templates of sellers that issue through this account may be made now.
async fn templates_of_sellers(
    ports: &Ports,
    account: &AccountId,
) -> Result<Vec<QueuedJob>, StoreError> {
    let mut jobs = Vec::new();
    for seller in ports.store.sellers().await? {
        if seller.platform_account.as_ref() == Some(account) {
            jobs.extend(templates_to_make(ports, &seller).await?);
        }
    }
    Ok(jobs)
}

fn read(
    sealer: &dyn Sealer,
    before: Option<&Account>,
    draft: &AccountDraft,
    rules: AccountRules,
    taken: bool,
) -> Result<Account, SettingError> {
    let mut reading = Reading::default();
    let name = reading.required("name", &draft.name, 60);
    let app_id = draft.app_id.trim().to_owned();
    if app_id.is_empty()
        || app_id.len() > 32
        || !app_id
            .bytes()
            .all(|it| it.is_ascii_alphanumeric() || it == b'_')
    {
        reading.wrong(
            "app_id",
            "E_APP_ID",
            "letters and digits, such as wx0123456789abcdef",
        );
    } else if taken {
        reading.wrong(
            "app_id",
            "E_APP_ID_TAKEN",
            "another account has this app id",
        );
    }
    // Secrets are bound to the app id they belong to.
    let same_app = before.filter(|before| before.app_id == app_id);
    let kind = AccountKind::parse(&draft.kind);
    if kind.is_none() {
        reading.wrong("kind", "E_CHOICE", "choose one from the list");
    }
    let push_mode = PushMode::parse(&draft.push_mode);
    match push_mode {
        None => reading.wrong("push_mode", "E_CHOICE", "choose one from the list"),
        Some(PushMode::Plain) if !rules.allow_plain_pushes => reading.wrong(
            "push_mode",
            "E_PUSH_PLAIN",
            "plain pushes can be forged and are refused in production; choose safe mode",
        ),
        Some(_) => {}
    }
    let mut sealed = |field: &str, purpose: &str, typed: &str, kept: Option<&SealedText>| {
        let typed = typed.trim();
        if !typed.is_empty() {
            return sealer.seal(&format!("account.{purpose}:{app_id}"), typed);
        }
        let kept = kept.cloned().unwrap_or_default();
        if kept.is_empty() {
            reading.wrong(field, "E_REQUIRED", "this must be filled in");
        }
        kept
    };
    let secret = sealed(
        "secret",
        "secret",
        &draft.secret,
        same_app.map(|it| &it.secret),
    );
    let push_token = sealed(
        "push_token",
        "push_token",
        &draft.push_token,
        same_app.map(|it| &it.push_token),
    );
    let push_key = sealed(
        "push_key",
        "push_key",
        &draft.push_key,
        same_app.map(|it| &it.push_key),
    );
    let typed_key = draft.push_key.trim();
    if !typed_key.is_empty()
        && (typed_key.len() != PUSH_KEY_LENGTH
            || !typed_key.bytes().all(|it| it.is_ascii_alphanumeric()))
    {
        reading.wrong("push_key", "E_PUSH_KEY", "43 letters and digits");
    }
    let previous_push_key = match same_app {
        Some(before) if !typed_key.is_empty() => Some(before.push_key.clone()),
        Some(before) => before.previous_push_key.clone(),
        None => None,
    };
    let original_id = reading.optional("original_id", &draft.original_id, 32);
    let platform_id = reading.optional("platform_id", &draft.platform_id, 200);
    let contact_phone = draft.contact_phone.trim().to_owned();
    let is_phone = |it: char| it.is_ascii_digit() || "+- ".contains(it);
    if !(5..=20).contains(&contact_phone.len()) || !contact_phone.chars().all(is_phone) {
        reading.wrong(
            "contact_phone",
            "E_CONTACT_PHONE",
            "a telephone of 5 to 20 digits and dashes",
        );
    }
    let contact_timeout_secs =
        reading.whole("contact_timeout", &draft.contact_timeout, 60, 2_592_000);
    let same_contact = same_app.filter(|it| {
        it.contact_phone == contact_phone && it.contact_timeout_secs == contact_timeout_secs
    });
    let account = kind.zip(push_mode).map(|(kind, push_mode)| Account {
        id: before.map_or_else(
            || fapiao_domain::ids::Id::from_ulid("00000000000000000000000000"),
            |it| it.id.clone(),
        ),
        name,
        kind,
        original_id,
        secret,
        push_token,
        push_key,
        previous_push_key,
        push_mode,
        platform_id: Some(platform_id).filter(|it| !it.is_empty()),
        contact_phone,
        contact_timeout_secs,
        contact_set_at: same_contact.and_then(|it| it.contact_set_at),
        pay_merchant: same_app.map_or_else(String::new, |it| it.pay_merchant.clone()),
        pay_linked_at: same_app.and_then(|it| it.pay_linked_at),
        pay_seller: same_app.and_then(|it| it.pay_seller.clone()),
        last_push_at: same_app.and_then(|it| it.last_push_at),
        version: before.map_or(1, |it| it.version),
        app_id: app_id.clone(),
    });
    reading.end(account)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Shows what was sealed for what.
    struct Visible;

    impl Sealer for Visible {
        fn seal(&self, purpose: &str, text: &str) -> SealedText {
            SealedText(format!("{purpose}={text}"))
        }
        fn open(&self, purpose: &str, sealed: &SealedText) -> Option<String> {
            let text = sealed.0.strip_prefix(purpose)?.strip_prefix('=')?;
            Some(text.to_owned())
        }
        fn is_current(&self, purpose: &str, sealed: &SealedText) -> bool {
            self.open(purpose, sealed).is_some()
        }
    }

    const STRICT: AccountRules = AccountRules {
        allow_plain_pushes: false,
    };

    fn draft() -> AccountDraft {
        AccountDraft {
            name: "服务号".to_owned(),
            kind: "service_account".to_owned(),
            app_id: "wx1".to_owned(),
            secret: "s3cret".to_owned(),
            push_token: "token".to_owned(),
            push_key: "a".repeat(43),
            push_mode: "safe".to_owned(),
            contact_phone: "021-60000000".to_owned(),
            contact_timeout: "259200".to_owned(),
            ..AccountDraft::default()
        }
    }

    #[test]
    fn secrets_are_sealed_for_their_app_and_kept_when_not_typed() {
        let first = read(&Visible, None, &draft(), STRICT, false).unwrap();
        assert_eq!(first.secret.0, "account.secret:wx1=s3cret");
        assert_eq!(first.push_token.0, "account.push_token:wx1=token");
        let untouched = AccountDraft {
            secret: String::new(),
            push_token: String::new(),
            push_key: String::new(),
            ..draft()
        };
        let second = read(&Visible, Some(&first), &untouched, STRICT, false).unwrap();
        assert_eq!(
            (&second.secret, &second.push_key),
            (&first.secret, &first.push_key)
        );
        assert_eq!(second.previous_push_key, None);
        let other_app = AccountDraft {
            app_id: "wx2".to_owned(),
            ..untouched
        };
        let Err(SettingError::Invalid(errors)) =
            read(&Visible, Some(&first), &other_app, STRICT, false)
        else {
            panic!("secrets of another app were kept")
        };
        assert_eq!(errors.len(), 3);
    }

    #[test]
    fn a_new_push_key_keeps_the_one_before() {
        let first = read(&Visible, None, &draft(), STRICT, false).unwrap();
        let changed = AccountDraft {
            push_key: "b".repeat(43),
            ..draft()
        };
        let second = read(&Visible, Some(&first), &changed, STRICT, false).unwrap();
        assert_eq!(second.previous_push_key, Some(first.push_key));
    }

    #[test]
    fn plain_pushes_are_not_for_production() {
        let plain = AccountDraft {
            push_mode: "plain".to_owned(),
            ..draft()
        };
        assert!(read(&Visible, None, &plain, STRICT, false).is_err());
        let lax = AccountRules {
            allow_plain_pushes: true,
        };
        assert!(read(&Visible, None, &plain, lax, false).is_ok());
    }
}
