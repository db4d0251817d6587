use super::*;

const KEY: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

fn environment(more: &[(&str, &str)]) -> Vec<(String, String)> {
    [
        ("FAPIAO_SECRETS__MASTER_KEY", KEY),
        ("FAPIAO_SECRETS__AUDIT_KEY", KEY),
    ]
    .iter()
    .chain(more)
    .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
    .collect()
}

#[test]
fn the_defaults_only_lack_the_keys() {
    let error = Config::load(None, &[]).unwrap_err();
    assert!(error.to_string().contains("secrets.master_key"), "{error}");
    let config = Config::load(None, &environment(&[])).unwrap();
    assert_eq!(config.mode, Mode::Sandbox);
    assert!(!format!("{config:?}").contains(KEY));
}

/// The proxy is seen as the gateway of the containers' network: unless it is believed, all clients have one address.
#[test]
fn the_compose_file_believes_the_gateway_of_its_own_network() {
    let file = include_str!("../../../../deploy/compose.yaml");
    let value = |name: &str| {
        let mut values = file.lines().filter_map(|it| it.trim().strip_prefix(name));
        values.next().unwrap().trim().to_owned()
    };
    let believed = value("FAPIAO_SERVER__TRUSTED_PROXIES:");
    assert_eq!(believed, value("gateway:"));
    let network = value("- subnet:");
    let start = network.strip_suffix(".0/24").unwrap();
    assert!(believed.starts_with(start), "{believed} in {network}");
    let set = environment(&[("FAPIAO_SERVER__TRUSTED_PROXIES", &believed)]);
    let config = Config::load(None, &set).unwrap();
    assert_eq!(config.server.trusted_proxies, [believed]);
}

#[test]
fn the_environment_wins_and_is_typed() {
    let config = Config::load(
        None,
        &environment(&[
            ("FAPIAO_WORKER__CONCURRENCY", "3"),
            ("FAPIAO_SERVER__TRUSTED_PROXIES", "10.0.0.1, 10.0.0.2"),
        ]),
    )
    .unwrap();
    assert_eq!(config.worker.concurrency, 3);
    assert_eq!(config.server.trusted_proxies, ["10.0.0.1", "10.0.0.2"]);
    for (name, value) in [
        ("FAPIAO_WORKER__CONCURENCY", "3"),
        ("FAPIAO_WORKER__BATCH", "many"),
        ("FAPIAO_WORKER", "x"),
    ] {
        let error = Config::load(None, &environment(&[(name, value)])).unwrap_err();
        assert!(error.to_string().contains(name), "{error}");
    }
}

#[test]
fn production_refuses_other_wechat_hosts_and_sandboxes() {
    let production = [
        ("FAPIAO_MODE", "production"),
        (
            "FAPIAO_SERVER__PUBLIC_BASE_URL",
            "https://fapiao.example.com",
        ),
        ("FAPIAO_TAX__BASE_URL", "https://lqpt.chinatax.gov.cn:8443"),
        ("FAPIAO_TAX__SEAL_FOLDER", "/etc/fapiao/seals"),
    ];
    assert!(Config::load(None, &environment(&production)).is_ok());
    for wrong in [
        ("FAPIAO_WECHAT__API_BASE", "http://127.0.0.1:8090"),
        (
            "FAPIAO_WECHAT__API_BASE",
            "https://api.weixin.qq.com.example.com",
        ),
        ("FAPIAO_WECHAT__ALLOW_HOST_OVERRIDE", "true"),
        ("FAPIAO_TAX__BASE_URL", "http://127.0.0.1:8091"),
        ("FAPIAO_TAX__SEAL_FOLDER", ""),
        (
            "FAPIAO_SERVER__PUBLIC_BASE_URL",
            "http://fapiao.example.com",
        ),
    ] {
        let mut settings = production.to_vec();
        settings.push(wrong);
        assert!(
            Config::load(None, &environment(&settings)).is_err(),
            "{wrong:?}"
        );
    }
    let seal = ("FAPIAO_TAX__SEAL_FOLDER", "/etc/fapiao/seals");
    let error = Config::load(None, &environment(&[seal])).unwrap_err();
    assert!(error.to_string().contains("sandbox"), "{error}");
}

#[test]
fn every_wrong_value_is_named_with_its_key_and_never_shown_when_it_may_be_secret() {
    for (name, value, words) in [
        ("FAPIAO_MODE", "Prod", &["mode", "production"][..]),
        (
            "FAPIAO_SERVER__LISTEN",
            "8080",
            &["server.listen", "127.0.0.1:8080"],
        ),
        (
            "FAPIAO_SERVER__PUBLIC_BASE_URL",
            "https://a b",
            &["server.public_base_url"],
        ),
        (
            "FAPIAO_SERVER__TRUSTED_PROXIES",
            "10.0.0.0/40",
            &["server.trusted_proxies", "10.0.0.0/40"],
        ),
        (
            "FAPIAO_DATABASE__MAX_CONNECTIONS",
            "-1",
            &["database.max_connections", "whole number"],
        ),
        (
            "FAPIAO_DATABASE__MAX_CONNECTIONS",
            "0",
            &["database.max_connections", "at least 1"],
        ),
        ("FAPIAO_STORAGE__URL", "s3://", &["storage.url", "bucket"]),
        ("FAPIAO_STORAGE__ENDPOINT", "minio", &["storage.endpoint"]),
        (
            "FAPIAO_STORAGE__ENDPOINT",
            "http://minio:9000",
            &["storage.endpoint", "allow_http"],
        ),
        (
            "FAPIAO_ARCHIVE__ALARM_MAILS",
            "boss",
            &["archive.alarm_mails", "boss"],
        ),
        (
            "FAPIAO_ARCHIVE__ALARM_MAILS",
            "boss@example.com",
            &["archive.alarm_mails", "mail"],
        ),
        (
            "FAPIAO_LIMITS__SESSION_IDLE_HOURS",
            "0",
            &["limits.session_idle_hours"],
        ),
        (
            "FAPIAO_LIMITS__API_BODY_BYTES",
            "0",
            &["limits.api_body_bytes"],
        ),
        (
            "FAPIAO_LIMITS__GATEWAY_CALLS_PER_SECOND",
            "0",
            &["limits.gateway_calls_per_second"],
        ),
        (
            "FAPIAO_WORKER__LEASE_SECS",
            "5",
            &["worker.lease_secs", "10"],
        ),
        ("FAPIAO_LOG__FILTER", "a=b=c", &["log.filter"]),
        (
            "FAPIAO_SECRETS__MASTER_KEY_FILE",
            "/nowhere",
            &["FAPIAO_SECRETS__MASTER_KEY_FILE", "/nowhere"],
        ),
    ] {
        let error = Config::load(None, &environment(&[(name, value)])).unwrap_err();
        for word in words {
            assert!(error.to_string().contains(word), "{name}={value}: {error}");
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("fapiao.toml");
    for (text, words) in [
        ("[server]\nport = 1\n", &["server", "port"][..]),
        ("[sever]\n", &["sever"]),
        (
            "[limits]\napi_body_bytes = \"1MB\"\n",
            &["limits.api_body_bytes"],
        ),
        (
            "[mail]\nenabled = \"true\"\n",
            &["mail.enabled", "true or false"],
        ),
        (
            "mode = \"sandbox\"\n[tax]\nsecret = hush\n",
            &["fapiao.toml", "line 3"],
        ),
        (
            "[secrets]\naudit_keys_before = \"1:hush\"\n",
            &["secrets.audit_keys_before", "list"],
        ),
    ] {
        std::fs::write(&path, text).unwrap();
        let error = Config::load(Some(&path), &environment(&[])).unwrap_err();
        for word in words {
            assert!(error.to_string().contains(word), "{text}: {error}");
        }
        assert!(!error.to_string().contains("hush"), "{error}");
    }
}

#[test]
fn variables_of_others_are_left_alone() {
    for name in [
        "FAPIAO_KEY",
        "FAPIAO_BASE",
        "FAPIAO_SERVICE_HOST",
        "FAPIAO_PORT",
        "FAPIAO_PORT_8080_TCP_ADDR",
        "FAPIAO_WEB_SERVICE_PORT_HTTP",
    ] {
        let value = "tcp://10.0.0.1:8080";
        let config = Config::load(None, &environment(&[(name, value)]));
        assert!(config.is_ok(), "{name}: {config:?}");
    }
    for name in [
        "FAPIAO_SERVER_LISTEN",
        "FAPIAO_SERVER_PORT",
        "FAPIAO_MAIL_PORT",
        "FAPIAO_KEYS",
        "FAPIAO_SERVER__PORT",
    ] {
        let error = Config::load(None, &environment(&[(name, "1")])).unwrap_err();
        assert!(error.to_string().contains(name), "{error}");
    }
}

#[test]
fn production_needs_no_direct_connection() {
    let settings = [
        ("FAPIAO_MODE", "production"),
        (
            "FAPIAO_SERVER__PUBLIC_BASE_URL",
            "https://fapiao.example.com",
        ),
    ];
    assert!(Config::load(None, &environment(&settings)).is_ok());
}

#[test]
fn a_secret_can_come_from_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    std::fs::write(&path, format!("{KEY}\n")).unwrap();
    let path = path.display().to_string();
    let settings = [
        ("FAPIAO_SECRETS__MASTER_KEY_FILE".to_owned(), path),
        ("FAPIAO_SECRETS__AUDIT_KEY".to_owned(), KEY.to_owned()),
    ];
    assert!(Config::load(None, &settings).is_ok());
}
