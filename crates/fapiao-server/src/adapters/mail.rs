//! Mail through lettre.

use async_trait::async_trait;
use fapiao_usecases::{
    errors::{Advice, OutsideError},
    ports::{Mail, Mailer},
};
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{Attachment, Mailbox, MultiPart, SinglePart, header::ContentType},
    transport::smtp,
};
use secrecy::{ExposeSecret, SecretString};
use std::time::Duration;

const TIMEOUT: Duration = Duration::from_secs(30);

/// Sends through one server, or not at all.
pub struct SmtpMailer {
    server: Option<(AsyncSmtpTransport<Tokio1Executor>, Mailbox)>,
}

impl SmtpMailer {
    /// Without mail.
    pub fn disabled() -> SmtpMailer {
        SmtpMailer { server: None }
    }

    /// From `smtp(s)://user:password@host:port` and a sender's address.
    ///
    /// # Errors
    /// What is wrong with either, without the password.
    pub fn new(url: &SecretString, from: &str) -> Result<SmtpMailer, String> {
        let from: Mailbox = from
            .parse()
            .map_err(|error| format!("mail.from: {error}"))?;
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url.expose_secret())
            .map_err(|_| "mail.smtp_url is not like smtps://user:password@host:465".to_owned())?
            .timeout(Some(TIMEOUT))
            .build();
        Ok(SmtpMailer {
            server: Some((transport, from)),
        })
    }
}

fn refused(message: String) -> OutsideError {
    OutsideError::new("mail", "", message, Advice::NeedsPerson)
}

fn failed(error: smtp::Error) -> OutsideError {
    let code = error
        .status()
        .map(|code| code.to_string())
        .unwrap_or_default();
    let (advice, message) = if error.is_permanent() {
        (
            Advice::NeedsPerson,
            format!("the mail server refuses the mail ({code}); check the address with the buyer"),
        )
    } else {
        (
            Advice::Retry { after: None },
            "the mail server did not take the mail; it will be tried again".to_owned(),
        )
    };
    OutsideError {
        system: "mail",
        code,
        message,
        advice,
        source: Some(Box::new(error)),
    }
}

/// Control characters in a header could smuggle in other headers.
fn is_clean(text: &str) -> bool {
    !text.chars().any(char::is_control)
}

#[async_trait]
impl Mailer for SmtpMailer {
    async fn send(&self, mail: Mail) -> Result<(), OutsideError> {
        let Some((transport, from)) = &self.server else {
            return Err(refused("mail is switched off; set mail.enabled".to_owned()));
        };
        if ![&mail.to, &mail.subject, &mail.serial]
            .into_iter()
            .all(|text| is_clean(text))
        {
            return Err(refused(
                "the address or subject has control characters".to_owned(),
            ));
        }
        let to: Mailbox = mail.to.parse().map_err(|_| {
            refused("the buyer's mail address cannot be used; download the documents and send them by hand".to_owned())
        })?;
        let mut parts =
            MultiPart::mixed().multipart(MultiPart::alternative_plain_html(mail.text, mail.html));
        for file in mail.attachments {
            let media_type =
                ContentType::parse(&file.media_type).unwrap_or(ContentType::TEXT_PLAIN);
            parts = parts.singlepart(attachment(file.name, file.bytes.to_vec(), media_type));
        }
        let message = Message::builder()
            .from(from.clone())
            .to(to)
            .message_id(Some(format!("<{}@{}>", mail.serial, from.email.domain())))
            .subject(mail.subject)
            .multipart(parts)
            .map_err(|error| refused(format!("the mail cannot be built: {error}")))?;
        transport.send(message).await.map(|_| ()).map_err(failed)
    }

    fn is_enabled(&self) -> bool {
        self.server.is_some()
    }

    async fn probe(&self) -> Result<(), OutsideError> {
        let Some((transport, _)) = &self.server else {
            return Ok(());
        };
        match transport.test_connection().await {
            Ok(true) => Ok(()),
            Ok(false) => Err(OutsideError::new(
                "mail",
                "",
                "the mail server does not answer",
                Advice::Retry { after: None },
            )),
            Err(error) => Err(failed(error)),
        }
    }
}

fn attachment(name: String, bytes: Vec<u8>, media_type: ContentType) -> SinglePart {
    Attachment::new(name).body(bytes, media_type)
}
