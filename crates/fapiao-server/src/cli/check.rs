//! `fapiao check`: the doctor.

use super::{Failure, terminal::say};
use crate::{adapters::clock::SystemClock, config::Config, wiring};
use fapiao_usecases::{
    ports::{Ledger, Ports},
    records::IssuingMode,
};
use std::{process::ExitCode, sync::Arc, time::Duration};

struct Table {
    all_well: bool,
}

impl Table {
    fn line(&mut self, what: &str, result: Result<String, String>) {
        match result {
            Ok(text) => say!("ok    {what:<28} {text}"),
            Err(text) => {
                self.all_well = false;
                say!("BAD   {what:<28} {text}");
            }
        }
    }
}

pub(super) async fn run(config: &Config) -> Result<ExitCode, Failure> {
    let mut table = Table { all_well: true };
    table.line(
        "settings",
        Ok(format!(
            "mode {}, reached as {}",
            config.mode.as_str(),
            config.server.public_base_url
        )),
    );
    let store = match wiring::open_store(config).await {
        Ok(store) => store,
        Err(error) => {
            table.line("database", Err(error.to_string()));
            return Ok(ExitCode::FAILURE);
        }
    };
    table.line(
        "database",
        store
            .ping()
            .await
            .map(|()| "answers".to_owned())
            .map_err(|error| error.to_string()),
    );
    let status = store.schema_status().await?;
    let schema = if status.is_current() {
        Ok(status.to_string())
    } else {
        Err(format!("{status}; run `fapiao migrate`"))
    };
    let current = schema.is_ok();
    table.line("schema", schema);
    let ports = match wiring::wire(config, store, Arc::new(SystemClock)) {
        Ok(ports) => ports,
        Err(error) => {
            table.line("wiring", Err(error.to_string()));
            return Ok(ExitCode::FAILURE);
        }
    };
    let told = |result: Result<(), fapiao_usecases::errors::OutsideError>| {
        result
            .map(|()| "answers".to_owned())
            .map_err(|error| error.message)
    };
    table.line(
        "documents",
        told(ports.files.probe().await).map(|_| config.storage.url.clone()),
    );
    let mail = if ports.mailer.is_enabled() {
        told(ports.mailer.probe().await)
    } else {
        Ok("switched off".to_owned())
    };
    table.line("mail", mail);
    if !config.archive.anchor_file.is_empty() {
        let file = &config.archive.anchor_file;
        let opened = std::fs::OpenOptions::new()
            .append(true)
            .create(true)
            .open(file);
        table.line(
            "anchor file",
            opened
                .map(|_| file.clone())
                .map_err(|error| format!("archive.anchor_file: {file}: {error}")),
        );
    }
    if current {
        neighbours(&ports, &mut table).await?;
    }
    Ok(if table.all_well {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

async fn neighbours(ports: &Ports, table: &mut Table) -> Result<(), Failure> {
    let sellers = ports.store.sellers().await?;
    if sellers.is_empty() {
        table.line(
            "sellers",
            Err("there is none yet; start the node and add one in the back-office".to_owned()),
        );
    }
    for seller in sellers {
        let answer = if seller.mode == IssuingMode::SelfBuilt {
            let answer = ports.tax.probe(&seller).await;
            answer
                .map(|()| "answers".to_owned())
                .map_err(|error| error.message)
        } else {
            Ok("not asked: another platform issues for it".to_owned())
        };
        table.line(&format!("tax: {}", seller.short_name), answer);
    }
    let client = reqwest_client()?;
    for account in ports.store.accounts().await? {
        let answer = ports.merchant.probe(&account).await;
        table.line(
            &format!("wechat: {}", account.app_id),
            answer
                .map(|()| "gives tokens".to_owned())
                .map_err(|error| error.message),
        );
        // Without WeChat's signature the right answer of a reachable callback is a refusal.
        let address = format!("{}/wechat/callback/{}", ports.public_base, account.app_id);
        let reached = client.get(&address).send().await;
        table.line(
            &format!("callback: {}", account.app_id),
            match reached {
                Ok(answer) if answer.status().as_u16() == 403 => Ok("reached".to_owned()),
                Ok(answer) => Err(format!(
                    "{address} answers {} instead of 403; does the proxy lead here?",
                    answer.status()
                )),
                Err(_) => Err(format!(
                    "{address} is not reached; is the node running, is public_base_url right?"
                )),
            },
        );
    }
    Ok(())
}

fn reqwest_client() -> Result<reqwest::Client, Failure> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    Ok(reqwest::Client::builder()
        .timeout(Duration::from_secs(10))
        .redirect(reqwest::redirect::Policy::none())
        .build()?)
}
