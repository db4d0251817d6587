//! What WeChat's page asks buyers for, as it is typed.

use super::{SettingError, texts::Reading};
use crate::{
    actor::Actor,
    errors::StoreError,
    jobs::{Job, QueuedJob},
    ports::{BUYER_FORM, BUYER_FORM_READ, Design, NewDesign, Ports},
    records::{Account, Ask, BuyerForm, OrganisationForm, OwnField, PersonForm},
};
use fapiao_domain::ids::Id;

/// Rows for own fields on each page of the form.
pub const OWN_FIELDS: usize = 4;
/// WeChat takes names of up to 5 characters.
const OWN_NAME_MAX: usize = 5;
const OWN_HINT_MAX: usize = 20;

/// A merchant's own field as typed; a row without a name is no field.
#[derive(Clone, Debug, Default)]
pub struct OwnFieldDraft {
    /// Its name.
    pub name: String,
    /// Whether it must be filled in.
    pub required: bool,
    /// What stands beside it.
    pub hint: String,
}

/// Both pages as typed; `ask` members are stored names of [`Ask`].
#[derive(Clone, Debug, Default)]
pub struct BuyerFormDraft {
    /// `phone` and `email` of persons.
    pub person: [String; 2],
    /// `tax_number`, `address`, `phone`, `bank` and `bank_account` of organisations.
    pub organisation: [String; 5],
    /// Own fields for persons.
    pub person_own: Vec<OwnFieldDraft>,
    /// Own fields for organisations.
    pub organisation_own: Vec<OwnFieldDraft>,
    /// The version that was read; 0 for none.
    pub version: i64,
}

/// What was drawn for an account, and what WeChat said the page is.
#[derive(Clone, Debug)]
pub struct FormStanding {
    /// The drawing; `None` before the first.
    pub drawn: Option<Design>,
    /// What was read back at WeChat.
    pub shown: Option<Design>,
}

impl FormStanding {
    /// Reads both.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn of(ports: &Ports, account: &Account) -> Result<FormStanding, StoreError> {
        let id = account.id.as_str();
        Ok(FormStanding {
            drawn: ports.store.design(BUYER_FORM, id).await?,
            shown: ports.store.design(BUYER_FORM_READ, id).await?,
        })
    }

    /// The drawn form, or the usual one.
    pub fn form(&self) -> BuyerForm {
        self.drawn
            .as_ref()
            .map_or_else(BuyerForm::default, |it| BuyerForm::from_json(&it.value))
    }

    /// Whether WeChat shows what was drawn last.
    pub fn is_shown(&self) -> bool {
        let (Some(drawn), Some(shown)) = (&self.drawn, &self.shown) else {
            return false;
        };
        shown.value["of_version"] == drawn.version
            && BuyerForm::from_json(&shown.value).shows_the_same(&self.form())
    }
}

/// Saves what is asked and has it set at WeChat.
///
/// # Errors
/// [`SettingError`].
pub async fn save_buyer_form(
    ports: &Ports,
    actor: &Actor,
    account: &Account,
    draft: &BuyerFormDraft,
) -> Result<BuyerForm, SettingError> {
    let form = read(draft)?;
    store_form(ports, actor, account, &form, Some(draft.version)).await?;
    Ok(form)
}

/// Saves a form without reading what was typed.
///
/// # Errors
/// [`StoreError`]; `Stale` when another version stands there.
pub async fn store_form(
    ports: &Ports,
    actor: &Actor,
    account: &Account,
    form: &BuyerForm,
    expected_version: Option<i64>,
) -> Result<(), StoreError> {
    let new = NewDesign {
        kind: BUYER_FORM,
        subject: account.id.to_string(),
        expected_version,
        value: form.to_json(),
        then: vec![QueuedJob::now(Job::PushBuyerForm(account.id.clone()), None)],
    };
    ports.store.save_design(new, actor).await?;
    Ok(())
}

/// Reads what was typed, without saving: for the preview.
///
/// # Errors
/// [`SettingError::Invalid`].
pub fn read(draft: &BuyerFormDraft) -> Result<BuyerForm, SettingError> {
    let mut reading = Reading::default();
    let mut ask = |field: &str, word: &str| {
        Ask::parse(word).unwrap_or_else(|| {
            reading.wrong(field, "E_CHOICE", "choose one from the list");
            Ask::Hidden
        })
    };
    let [phone, email] = &draft.person;
    let person = PersonForm {
        phone: ask("person_phone", phone),
        email: ask("person_email", email),
        own: Vec::new(),
    };
    let [tax_number, address, body_phone, bank, bank_account] = &draft.organisation;
    let organisation = OrganisationForm {
        tax_number: ask("organisation_tax_number", tax_number),
        address: ask("organisation_address", address),
        phone: ask("organisation_phone", body_phone),
        bank: ask("organisation_bank", bank),
        bank_account: ask("organisation_bank_account", bank_account),
        own: Vec::new(),
    };
    let form = BuyerForm {
        person: PersonForm {
            own: own_fields(&mut reading, "person", &draft.person_own),
            ..person
        },
        organisation: OrganisationForm {
            own: own_fields(&mut reading, "organisation", &draft.organisation_own),
            ..organisation
        },
    };
    reading.end(Some(form))
}

fn own_fields(reading: &mut Reading, page: &str, rows: &[OwnFieldDraft]) -> Vec<OwnField> {
    let mut own: Vec<OwnField> = Vec::new();
    for (place, row) in rows.iter().enumerate() {
        let named = |part: &str| format!("{page}_own_{}_{part}", place + 1);
        let name = row.name.trim();
        if name.is_empty() {
            if !row.hint.trim().is_empty() || row.required {
                reading.wrong(&named("name"), "E_REQUIRED", "this must be filled in");
            }
            continue;
        }
        reading.seen(&named("name"), name);
        if name.chars().count() > OWN_NAME_MAX || name.chars().any(char::is_control) {
            let rule = "a name of 1 to 5 characters; WeChat takes no longer one";
            reading.wrong(&named("name"), "E_OWN_FIELD_NAME", rule);
        } else if own.iter().any(|it| it.name == name) {
            let rule = "another field of this page has this name";
            reading.wrong(&named("name"), "E_OWN_FIELD_TWICE", rule);
        }
        own.push(OwnField {
            name: name.to_owned(),
            required: row.required,
            hint: reading.optional(&named("hint"), &row.hint, OWN_HINT_MAX),
        });
    }
    own
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft() -> BuyerFormDraft {
        let words = |it: &str| it.to_owned();
        BuyerFormDraft {
            person: ["hidden", "required"].map(words),
            organisation: ["required", "optional", "hidden", "hidden", "hidden"].map(words),
            ..BuyerFormDraft::default()
        }
    }

    fn own(name: &str, hint: &str) -> OwnFieldDraft {
        OwnFieldDraft {
            name: name.to_owned(),
            hint: hint.to_owned(),
            required: false,
        }
    }

    #[test]
    fn empty_rows_are_no_fields() {
        let typed = BuyerFormDraft {
            person_own: vec![own("", ""), own(" 工号 ", "六位"), own("", "")],
            ..draft()
        };
        let form = read(&typed).unwrap();
        assert_eq!(form.person.own.len(), 1);
        assert_eq!(form.person.own[0].name, "工号");
        assert_eq!(form.organisation.tax_number, Ask::Required);
    }

    #[test]
    fn what_wechat_would_refuse_is_named_before_it_is_asked() {
        let typed = BuyerFormDraft {
            person_own: vec![own("六个字的名称", ""), own("", "只有提示")],
            organisation_own: vec![own("部门", ""), own("部门", "")],
            person: ["hidden".to_owned(), "perhaps".to_owned()],
            ..draft()
        };
        let Err(SettingError::Invalid(errors)) = read(&typed) else {
            panic!("accepted")
        };
        let fields: Vec<_> = errors.iter().map(|it| it.pointer.as_str()).collect();
        assert_eq!(
            fields,
            [
                "/person_email",
                "/person_own_1_name",
                "/person_own_2_name",
                "/organisation_own_2_name"
            ]
        );
    }
}
