//! What WeChat's page asks a buyer for (授权页字段), as staff draw it.

use serde_json::{Value, json};

/// How a page asks for one thing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ask {
    /// Not at all.
    #[default]
    Hidden,
    /// The buyer may leave it empty.
    Optional,
    /// The buyer must fill it in.
    Required,
}

impl Ask {
    /// All of them, in the order of forms.
    pub const ALL: [Ask; 3] = [Ask::Hidden, Ask::Optional, Ask::Required];

    /// The stored name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Ask::Hidden => "hidden",
            Ask::Optional => "optional",
            Ask::Required => "required",
        }
    }

    /// Reads the stored name.
    pub fn parse(text: &str) -> Option<Ask> {
        Ask::ALL.into_iter().find(|it| it.as_str() == text)
    }

    /// From the two switches WeChat knows.
    pub const fn of(shown: bool, required: bool) -> Ask {
        match (shown, required) {
            (false, _) => Ask::Hidden,
            (true, false) => Ask::Optional,
            (true, true) => Ask::Required,
        }
    }

    /// Whether the page shows it.
    pub fn is_shown(self) -> bool {
        self != Ask::Hidden
    }
}

/// A field of the merchant's own (自定义字段).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OwnField {
    /// Its name: 1 to 5 characters.
    pub name: String,
    /// Whether it must be filled in.
    pub required: bool,
    /// What the page says beside it; may be empty.
    pub hint: String,
}

/// What persons are asked, beside their name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PersonForm {
    /// Telephone.
    pub phone: Ask,
    /// Mail address.
    pub email: Ask,
    /// The merchant's own fields.
    pub own: Vec<OwnField>,
}

/// What organisations are asked, beside their name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OrganisationForm {
    /// Tax number (税号).
    pub tax_number: Ask,
    /// Address.
    pub address: Ask,
    /// Telephone.
    pub phone: Ask,
    /// Bank (开户行).
    pub bank: Ask,
    /// Bank account.
    pub bank_account: Ask,
    /// The merchant's own fields.
    pub own: Vec<OwnField>,
}

/// Both pages of one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuyerForm {
    /// For persons.
    pub person: PersonForm,
    /// For organisations.
    pub organisation: OrganisationForm,
}

impl Default for BuyerForm {
    /// What an invoice can be issued and mailed with, and nothing that buyers need not tell.
    fn default() -> BuyerForm {
        BuyerForm {
            person: PersonForm {
                phone: Ask::Hidden,
                email: Ask::Optional,
                own: Vec::new(),
            },
            organisation: OrganisationForm {
                tax_number: Ask::Optional,
                own: vec![OwnField {
                    name: "邮箱".to_owned(),
                    required: false,
                    hint: "接收发票文件".to_owned(),
                }],
                ..OrganisationForm::default()
            },
        }
    }
}

impl BuyerForm {
    /// The stored form.
    pub fn to_json(&self) -> Value {
        let (person, body) = (&self.person, &self.organisation);
        json!({
            "person": {
                "phone": person.phone.as_str(),
                "email": person.email.as_str(),
                "own": own_json(&person.own),
            },
            "organisation": {
                "tax_number": body.tax_number.as_str(),
                "address": body.address.as_str(),
                "phone": body.phone.as_str(),
                "bank": body.bank.as_str(),
                "bank_account": body.bank_account.as_str(),
                "own": own_json(&body.own),
            },
        })
    }

    /// Reads the stored form; what is missing is not asked for.
    pub fn from_json(value: &Value) -> BuyerForm {
        let ask = |page: &str, name: &str| {
            let word = value[page][name].as_str().unwrap_or_default();
            Ask::parse(word).unwrap_or_default()
        };
        BuyerForm {
            person: PersonForm {
                phone: ask("person", "phone"),
                email: ask("person", "email"),
                own: own_of(&value["person"]["own"]),
            },
            organisation: OrganisationForm {
                tax_number: ask("organisation", "tax_number"),
                address: ask("organisation", "address"),
                phone: ask("organisation", "phone"),
                bank: ask("organisation", "bank"),
                bank_account: ask("organisation", "bank_account"),
                own: own_of(&value["organisation"]["own"]),
            },
        }
    }

    /// Whether WeChat's page is the one that was drawn. WeChat leaves `required` out of some answers, so only what is
    /// shown and the names of own fields count.
    pub fn shows_the_same(&self, other: &BuyerForm) -> bool {
        let shown = |it: &BuyerForm| {
            let (person, body) = (&it.person, &it.organisation);
            [
                person.phone,
                person.email,
                body.tax_number,
                body.address,
                body.phone,
                body.bank,
                body.bank_account,
            ]
            .map(Ask::is_shown)
        };
        let names = |it: &[OwnField]| it.iter().map(|own| own.name.clone()).collect::<Vec<_>>();
        shown(self) == shown(other)
            && names(&self.person.own) == names(&other.person.own)
            && names(&self.organisation.own) == names(&other.organisation.own)
    }
}

fn own_json(own: &[OwnField]) -> Value {
    own.iter()
        .map(|it| json!({ "name": it.name, "required": it.required, "hint": it.hint }))
        .collect()
}

fn own_of(value: &Value) -> Vec<OwnField> {
    let text = |it: &Value| it.as_str().unwrap_or_default().to_owned();
    let rows = value.as_array().map(Vec::as_slice).unwrap_or_default();
    rows.iter()
        .map(|it| OwnField {
            name: text(&it["name"]),
            required: it["required"].as_bool().unwrap_or_default(),
            hint: text(&it["hint"]),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_survives_the_database() {
        let mut form = BuyerForm::default();
        form.organisation.bank = Ask::Required;
        form.person.own.push(OwnField {
            name: "工号".to_owned(),
            required: true,
            hint: "6 位".to_owned(),
        });
        assert_eq!(BuyerForm::from_json(&form.to_json()), form);
    }

    #[test]
    fn only_what_buyers_see_is_compared() {
        let form = BuyerForm::default();
        let mut answer = form.clone();
        answer.organisation.own[0].hint.clear();
        assert!(form.shows_the_same(&answer));
        answer.person.phone = Ask::Optional;
        assert!(!form.shows_the_same(&answer));
    }
}
