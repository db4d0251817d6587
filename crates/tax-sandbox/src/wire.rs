//! Structures whose member names are those of the interface.

use serde::{Deserialize, Deserializer};

/// Absent, `null` and `""` mean the same on this interface.
pub(crate) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.unwrap_or_default())
}

/// `null` means an empty list.
pub(crate) fn list<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    Ok(Option::<Vec<T>>::deserialize(deserializer)?.unwrap_or_default())
}

/// Declares a structure of the interface: `text` members are strings (empty when absent), `num`
/// members optional decimals, `list` members lists. Unknown members are refused by name.
macro_rules! wire_struct {
    ($(#[$meta:meta])* $name:ident {
        text: [$($t:ident $(as $tr:literal)?),* $(,)?],
        num: [$($n:ident $(as $nr:literal)?),* $(,)?],
        list: [$($l:ident $(as $lr:literal)? : $lt:ty),* $(,)?] $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub(crate) struct $name {
            $(
                #[serde($(rename = $tr,)? deserialize_with = "crate::wire::text", skip_serializing_if = "String::is_empty")]
                pub(crate) $t: String,
            )*
            $(
                #[serde($(rename = $nr,)? skip_serializing_if = "Option::is_none")]
                pub(crate) $n: Option<crate::amount::Amount>,
            )*
            $(
                #[serde($(rename = $lr,)? deserialize_with = "crate::wire::list", skip_serializing_if = "Vec::is_empty")]
                pub(crate) $l: Vec<$lt>,
            )*
        }
    };
}
pub(crate) use wire_struct;
