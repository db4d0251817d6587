//! Mails of lasting proof: anchors to whoever keeps them, alarms to administrators. A job for each recipient, so that an
//! address that is refused holds up nobody else and no mail comes twice.

use crate::{
    calendar,
    ports::{Anchor, Mail, Ports, ProofRun},
    proof_words::{in_chinese, next_step},
    step::StepError,
};

/// Mails one person how the audit chain stood.
///
/// # Errors
/// [`StepError`].
pub(crate) async fn mail_anchor(ports: &Ports, seq: i64, to: &str) -> Result<(), StepError> {
    let found = ports.store.anchors_over(seq, seq).await?;
    match found.iter().find(|it| it.seq == seq) {
        Some(anchor) if ports.mailer.is_enabled() => {
            Ok(ports.mailer.send(anchor_mail(to, anchor)).await?)
        }
        _ => Ok(()),
    }
}

/// Mails one person that the ledger does not hold.
///
/// # Errors
/// [`StepError`].
pub(crate) async fn mail_alarm(ports: &Ports, run: &str, to: &str) -> Result<(), StepError> {
    match ports.store.proof_run(run).await? {
        Some(run) if ports.mailer.is_enabled() => {
            let mail = alarm_mail(to, &run, &ports.public_base);
            Ok(ports.mailer.send(mail).await?)
        }
        _ => Ok(()),
    }
}

fn plain_mail(to: &str, serial: String, subject: String, text: String) -> Mail {
    let safe = text
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    Mail {
        to: to.to_owned(),
        subject,
        html: format!("<pre>{safe}</pre>"),
        text,
        attachments: Vec::new(),
        serial,
    }
}

fn anchor_mail(to: &str, anchor: &Anchor) -> Mail {
    let at = calendar::in_shanghai(anchor.at).format("%Y-%m-%d %H:%M");
    let text = format!(
        "请保留此邮件：它证明审计链在 {at} 的样子，可用证据包中的 verify.html 比对。\n\
         Keep this mail: it proves how the audit chain stood; the verifier of an evidence pack compares it.\n\n{}\n",
        anchor.json()
    );
    plain_mail(
        to,
        format!("anchor-{}", anchor.seq),
        format!("审计链锚点 Audit anchor {} ({at})", anchor.seq),
        text,
    )
}

fn alarm_mail(to: &str, run: &ProofRun, base: &str) -> Mail {
    let mut text = format!("账目核对发现问题。 The ledger does not hold.\n{base}/admin/ledger\n");
    for result in run.results.iter().filter(|it| !it.found.is_empty()) {
        text.push_str(&format!(
            "\n{} {} / {}\n",
            result.id, result.title_zh, result.title_en
        ));
        for line in &result.found {
            let chinese = in_chinese(line).map(|it| format!("{it} / "));
            text.push_str(&format!("  - {}{line}\n", chinese.unwrap_or_default()));
        }
        let next = next_step(&result.id);
        text.push_str(&format!("  → {}\n  → {}\n", next.zh, next.en));
    }
    plain_mail(
        to,
        format!("proof-{}", run.id),
        "账目核对未通过 The ledger does not hold".to_owned(),
        text,
    )
}
