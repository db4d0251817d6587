//! Settings laid over settings: a file over the defaults, the environment over both.

use super::{ConfigError, words};
use std::path::PathBuf;
use toml::{Table, Value};

pub(super) fn overlay(base: &mut Table, own: Table) {
    for (key, value) in own {
        match (base.get_mut(&key), value) {
            (Some(Value::Table(inner)), Value::Table(value)) => overlay(inner, value),
            (_, value) => {
                base.insert(key, value);
            }
        }
    }
}

/// `FAPIAO_SECTION__KEY=value` and, for secrets, `FAPIAO_SECTION__KEY_FILE=path`.
pub(super) fn from_environment(
    settings: &mut Table,
    name: &str,
    value: &str,
) -> Result<(), ConfigError> {
    let Some(path) = name.strip_prefix("FAPIAO_") else {
        return Ok(());
    };
    // For the tests and the file name of the settings themselves.
    if path.starts_with("TEST_") || path == "CONFIG" || words::is_of_others(path, value) {
        return Ok(());
    }
    let wrong = |message: String| ConfigError::Content {
        origin: name.to_owned(),
        message,
    };
    let mut parts: Vec<String> = path.split("__").map(str::to_lowercase).collect();
    let mut text = value.to_owned();
    let known = |settings: &Table, parts: &[String]| look_up(settings, parts).is_some();
    if !known(settings, &parts)
        && let Some(last) = parts.last_mut()
        && let Some(plain) = last.strip_suffix("_file").map(str::to_owned)
    {
        *last = plain;
        text = std::fs::read_to_string(value)
            .map_err(|source| ConfigError::File {
                origin: name.to_owned(),
                path: PathBuf::from(value),
                source,
            })?
            .trim_end_matches(['\n', '\r'])
            .to_owned();
    }
    let Some(default) = look_up(settings, &parts).cloned() else {
        return Err(wrong("there is no such setting".to_owned()));
    };
    let parsed = match default {
        Value::String(_) => Value::String(text),
        Value::Integer(_) => Value::Integer(
            text.trim()
                .parse()
                .map_err(|_| wrong("a whole number is wanted".into()))?,
        ),
        Value::Boolean(_) => Value::Boolean(
            text.trim()
                .parse()
                .map_err(|_| wrong("true or false is wanted".into()))?,
        ),
        Value::Array(_) => Value::Array(
            text.split(',')
                .map(str::trim)
                .filter(|it| !it.is_empty())
                .map(|it| Value::String(it.to_owned()))
                .collect(),
        ),
        _ => {
            return Err(wrong(
                "this names a section; name a setting in it".to_owned(),
            ));
        }
    };
    if let Some(slot) = look_up_mut(settings, &parts) {
        *slot = parsed;
    }
    Ok(())
}

fn look_up<'a>(settings: &'a Table, parts: &[String]) -> Option<&'a Value> {
    match parts {
        [key] => settings.get(key),
        [section, key] => settings.get(section)?.as_table()?.get(key),
        _ => None,
    }
}

fn look_up_mut<'a>(settings: &'a mut Table, parts: &[String]) -> Option<&'a mut Value> {
    match parts {
        [key] => settings.get_mut(key),
        [section, key] => settings.get_mut(section)?.as_table_mut()?.get_mut(key),
        _ => None,
    }
}
