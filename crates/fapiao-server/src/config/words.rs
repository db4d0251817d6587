//! What is wrong with a setting, in words for whoever wrote it, and the small rules behind them.

use std::net::IpAddr;

/// Which setting an error is about: `setting server.listen`.
pub(super) fn key_of(error: &toml::de::Error) -> String {
    let text = error.to_string();
    let key = text
        .lines()
        .rev()
        .find_map(|line| line.strip_prefix("in `")?.strip_suffix('`'));
    key.map_or_else(|| "settings".to_owned(), |key| format!("setting {key}"))
}

/// Says what is wanted. The value is left out: it may be a secret.
pub(super) fn wrong_value(message: &str) -> String {
    let wanted = |kind: &str| message.ends_with(&format!("expected {kind}"));
    if ["u32", "u64", "usize", "i64"].iter().any(|it| wanted(it)) {
        return "a whole number is wanted, 0 or more, without quotes".to_owned();
    }
    if wanted("a boolean") {
        return "true or false is wanted, without quotes".to_owned();
    }
    if wanted("a sequence") {
        return "a list is wanted, such as [\"one\", \"two\"]".to_owned();
    }
    if message.contains("socket address") {
        return "an IP address and a port are wanted, such as 127.0.0.1:8080 or 0.0.0.0:8080"
            .to_owned();
    }
    match (
        message.strip_prefix("invalid type: "),
        message.rsplit_once("expected "),
    ) {
        (Some(_), Some((_, kind))) => format!("{kind} is wanted"),
        _ => message.to_owned(),
    }
}

/// Where a file stops being TOML and why, without the line itself: it may hold a secret.
pub(super) fn unreadable(text: &str, error: &toml::de::Error) -> String {
    let before = error
        .span()
        .and_then(|span| text.get(..span.start))
        .unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    format!("line {line}: {}", error.message())
}

/// Variables that begin like ours and are not: what the documentation calls key and address of the API in its
/// examples, and what Kubernetes tells every container about a service named `fapiao…`.
pub(super) fn is_of_others(name: &str, value: &str) -> bool {
    if name.contains("__") {
        return false;
    }
    let of_service = |rest: &str| {
        // `tcp://10.0.0.1:8080`; a number alone is meant for a setting of ours.
        (rest == "PORT" && value.contains("://"))
            || rest == "SERVICE_HOST"
            || rest == "SERVICE_PORT"
            || rest.starts_with("SERVICE_PORT_")
            || rest
                .strip_prefix("PORT_")
                .is_some_and(|it| it.starts_with(|digit: char| digit.is_ascii_digit()))
    };
    let starts = name.match_indices('_').map(|(at, _)| at + 1);
    matches!(name, "KEY" | "BASE")
        || std::iter::once(0)
            .chain(starts)
            .any(|at| of_service(&name[at..]))
}

/// `https://host…` without a slash at the end.
pub(super) fn is_web_address(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.has_host()
            && url.query().is_none()
            && url.fragment().is_none()
    }) && !text.ends_with('/')
}

/// `127.0.0.1` or `10.0.0.0/8`.
pub(super) fn is_network(text: &str) -> bool {
    let (address, bits) = match text.trim().split_once('/') {
        Some((address, bits)) => (address, Some(bits)),
        None => (text.trim(), None),
    };
    let Ok(address) = address.parse::<IpAddr>() else {
        return false;
    };
    let most = if address.is_ipv4() { 32 } else { 128 };
    bits.is_none_or(|bits| bits.parse::<u8>().is_ok_and(|bits| bits <= most))
}

/// `name@host`, in outline: the mail server has the last word.
pub(super) fn is_mail_address(text: &str) -> bool {
    text.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty() && !host.is_empty() && !text.contains(char::is_whitespace)
    })
}
