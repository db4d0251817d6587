//! States move along allowed edges only: an order's lines are followed from the first to the last.

use fapiao_domain::{
    card::CardState, confirmation::FormState, delivery::DeliveryState, invoice::InvoiceState,
};
use serde::Deserialize;
use serde_json::Value;
use std::{borrow::Cow, collections::HashMap};

/// What has a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Thing {
    Delivery,
    Invoice,
    Card,
    Form,
}

impl Thing {
    fn of_subject(subject: &str) -> Option<Thing> {
        match subject.get(..4)? {
            "dlv_" => Some(Thing::Delivery),
            "inv_" => Some(Thing::Invoice),
            "rdf_" => Some(Thing::Form),
            _ => None,
        }
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Thing::Delivery => "delivery",
            Thing::Invoice => "invoice",
            Thing::Card => "card of delivery",
            Thing::Form => "red confirmation",
        }
    }

    fn may_begin(self, to: &str) -> bool {
        match self {
            Thing::Delivery => to == "created",
            Thing::Invoice => to == "drafted" || to == "ready",
            // An external platform's card is in the wallet when we hear of it.
            Thing::Card => matches!(to, "uploading" | "inserted" | "code_unknown"),
            // One that the buyer began at the tax side waits for our answer when we hear of it.
            Thing::Form => matches!(to, "planned" | "awaits_seller"),
        }
    }

    fn may_go(self, from: &str, to: &str) -> bool {
        let allowed = match self {
            Thing::Delivery => DeliveryState::parse(from)
                .zip(DeliveryState::parse(to))
                .map(|(from, to)| from.change(to).is_ok()),
            Thing::Invoice => InvoiceState::parse(from)
                .zip(InvoiceState::parse(to))
                .map(|(from, to)| from.change(to).is_ok()),
            Thing::Card => CardState::parse(from)
                .zip(CardState::parse(to))
                .map(|(from, to)| from.change(to).is_ok()),
            Thing::Form => FormState::parse(from)
                .zip(FormState::parse(to))
                .map(|(from, to)| from.change(to).is_ok()),
        };
        allowed.unwrap_or(false)
    }
}

/// Where the things of one order stand.
pub(super) type States<'a> = HashMap<(Thing, Cow<'a, str>), Cow<'a, str>>;

/// The facts of a line that are about states.
#[derive(Default, Deserialize)]
struct Told<'a> {
    #[serde(borrow)]
    from: Option<Cow<'a, str>>,
    #[serde(borrow)]
    to: Option<Cow<'a, str>>,
    #[serde(borrow)]
    card_from: Option<Cow<'a, str>>,
    #[serde(borrow)]
    card_to: Option<Cow<'a, str>>,
    #[serde(borrow)]
    delivery: Option<Nested<'a>>,
}

/// A delivery that went on with its invoice.
#[derive(Default, Deserialize)]
struct Nested<'a> {
    #[serde(borrow)]
    id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    from: Option<Cow<'a, str>>,
    #[serde(borrow)]
    to: Option<Cow<'a, str>>,
}

impl<'a> Told<'a> {
    fn read(data: &'a str) -> Told<'a> {
        // Facts of these names that are no texts are other facts.
        serde_json::from_str(data).unwrap_or_else(|_| Told::slowly(data))
    }

    fn slowly(data: &str) -> Told<'a> {
        let data: Value = serde_json::from_str(data).unwrap_or_default();
        let text = |value: &Value, name: &str| {
            let found = value.get(name)?.as_str()?;
            Some(Cow::Owned(found.to_owned()))
        };
        Told {
            from: text(&data, "from"),
            to: text(&data, "to"),
            card_from: text(&data, "card_from"),
            card_to: text(&data, "card_to"),
            delivery: data.get("delivery").map(|nested| Nested {
                id: text(nested, "id"),
                from: text(nested, "from"),
                to: text(nested, "to"),
            }),
        }
    }
}

/// Follows a line; gives what it contradicts.
pub(super) fn follow<'a>(
    states: &mut States<'a>,
    seq: i64,
    subject: &'a str,
    data: &'a str,
    found: &mut Vec<String>,
) {
    let told = Told::read(data);
    let mut step =
        |thing: Thing, id: Cow<'a, str>, from: Option<Cow<'a, str>>, to: Cow<'a, str>| {
            let name = thing.name();
            let key = (thing, id);
            let (stood, id) = (states.get(&key), &key.1);
            match (&from, stood) {
                (None, None) if thing.may_begin(&to) => {}
                (None, _) => found.push(format!("line {seq}: {name} {id} cannot begin as {to}")),
                (Some(from), stood) if stood != Some(from) => {
                    let stood = stood.map_or("nowhere", AsRef::as_ref);
                    found.push(format!(
                        "line {seq}: {name} {id} stood at {stood}, not at {from}"
                    ));
                }
                (Some(from), _) if !thing.may_go(from, &to) => {
                    found.push(format!(
                        "line {seq}: {name} {id} cannot go from {from} to {to}"
                    ));
                }
                (Some(_), _) => {}
            }
            states.insert(key, to);
        };
    if let (Some(thing), Some(to)) = (Thing::of_subject(subject), told.to) {
        step(thing, Cow::Borrowed(subject), told.from, to);
    }
    if let Some(to) = told.card_to {
        step(Thing::Card, Cow::Borrowed(subject), told.card_from, to);
    }
    if let Some(nested) = told.delivery
        && let (Some(id), Some(to)) = (nested.id, nested.to)
    {
        step(Thing::Delivery, id, nested.from, to);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(lines: &[(&'static str, &'static str)]) -> Vec<String> {
        let (mut states, mut found) = (States::new(), Vec::new());
        for (place, (subject, data)) in lines.iter().enumerate() {
            let seq = i64::try_from(place).unwrap() + 1;
            follow(&mut states, seq, subject, data, &mut found);
        }
        found
    }

    #[test]
    fn an_allowed_way_is_followed_and_others_are_named() {
        let good = [
            ("dlv_1", r#"{"to":"created"}"#),
            ("dlv_1", r#"{"from":"created","to":"authorised"}"#),
            (
                "inv_1",
                r#"{"to":"ready","delivery":{"id":"dlv_1","from":"authorised","to":"issuing"}}"#,
            ),
            ("dlv_1", r#"{"card_to":"uploading"}"#),
        ];
        assert!(found(&good).is_empty());
        let cases: [(&str, &str, &str); 4] = [
            (
                "dlv_1",
                r#"{"from":"created","to":"carded"}"#,
                "stood at issuing, not at created",
            ),
            (
                "dlv_1",
                r#"{"from":"issuing","to":"created"}"#,
                "cannot go from issuing to created",
            ),
            ("inv_2", r#"{"to":"issued"}"#, "cannot begin as issued"),
            (
                "inv_3",
                r#"{"from":"ready","to":"reserved"}"#,
                "stood at nowhere",
            ),
        ];
        for (subject, data, wanted) in cases {
            let mut lines = good.to_vec();
            lines.push((subject, data));
            let found = found(&lines);
            assert!(found.len() == 1 && found[0].contains(wanted), "{found:?}");
        }
    }

    #[test]
    fn facts_that_are_no_states_are_passed_over() {
        // Names with escapes, numbers where a state might be, and what is no JSON at all.
        assert!(found(&[("inv_1", r#"{"to":["a@example.com"]}"#)]).is_empty());
        assert!(found(&[("ord_1", r#"{"to":"somewhere"}"#)]).is_empty());
        assert!(found(&[("inv_1", "no json")]).is_empty());
        assert!(found(&[("dlv_1", r#"{"to":"created","note":"\"}"#)]).is_empty());
        assert!(found(&[("dlv_1", r#"{"from":7,"to":"created"}"#)]).is_empty());
    }
}
