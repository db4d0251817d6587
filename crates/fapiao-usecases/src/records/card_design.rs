//! How a seller's cards look (卡券模板), as staff draw it.

use serde_json::{Value, json};

/// An entry on a card that opens a page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CardEntry {
    /// Its name: at most 5 Chinese characters.
    pub name: String,
    /// Where it leads, http(s), without a fragment: WeChat adds parameters that tell the card.
    pub url: String,
    /// What stands at its right: at most 6 Chinese characters; may be empty.
    pub hint: String,
}

/// A picture in the file store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logo {
    /// SHA-256 of the bytes, hex.
    pub sha256: String,
    /// PNG; JPEG otherwise.
    pub png: bool,
}

/// The look of one seller's cards of one kind. The payee and the kind's name come from the seller and the invoice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CardDesign {
    /// Short name in the list of cards, at most 9 Chinese characters; empty takes the seller's.
    pub title: String,
    /// The seller's picture; a plain one without it.
    pub logo: Option<Logo>,
    /// First entry.
    pub first: Option<CardEntry>,
    /// Second entry.
    pub second: Option<CardEntry>,
}

impl CardDesign {
    /// The stored form.
    pub fn to_json(&self) -> Value {
        let entry = |it: &Option<CardEntry>| {
            it.as_ref()
                .map(|it| json!({ "name": it.name, "url": it.url, "hint": it.hint }))
        };
        json!({
            "title": self.title,
            "logo": self.logo.as_ref().map(|it| json!({ "sha256": it.sha256, "png": it.png })),
            "first": entry(&self.first),
            "second": entry(&self.second),
        })
    }

    /// Reads the stored form.
    pub fn from_json(value: &Value) -> CardDesign {
        let text = |it: &Value| it.as_str().unwrap_or_default().to_owned();
        let entry = |it: &Value| {
            it.is_object().then(|| CardEntry {
                name: text(&it["name"]),
                url: text(&it["url"]),
                hint: text(&it["hint"]),
            })
        };
        let logo = &value["logo"];
        CardDesign {
            title: text(&value["title"]),
            logo: logo.is_object().then(|| Logo {
                sha256: text(&logo["sha256"]),
                png: logo["png"].as_bool().unwrap_or_default(),
            }),
            first: entry(&value["first"]),
            second: entry(&value["second"]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_design_survives_the_database() {
        let design = CardDesign {
            title: "示例商贸".to_owned(),
            logo: Some(Logo {
                sha256: "ab".repeat(32),
                png: true,
            }),
            first: Some(CardEntry {
                name: "查看订单".to_owned(),
                url: "https://shop.example.com/o".to_owned(),
                hint: String::new(),
            }),
            second: None,
        };
        assert_eq!(CardDesign::from_json(&design.to_json()), design);
        assert_eq!(
            CardDesign::from_json(&CardDesign::default().to_json()),
            CardDesign::default()
        );
    }
}
