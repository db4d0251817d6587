//! A file beside what it has to say: the three facts by which an invoice's own file is recognised.

use super::{BYTES_MAX, Field, Said, Unreadable, apart, format_of, is_picture, pdf, read, text};
use bytes::Bytes;
use fapiao_domain::money::Fen;
use fapiao_usecases::ports::{FactRead, PaperFact, PaperRead, PaperTrouble, PaperWanted};

/// Reads a file and lays number, day and gross amount beside the wanted ones.
///
/// # Errors
/// [`PaperTrouble`], when it cannot be read.
pub async fn beside(file: Bytes, wanted: &PaperWanted) -> Result<PaperRead, PaperTrouble> {
    if file.len() > BYTES_MAX {
        return Err(trouble(&Unreadable::TooLarge));
    }
    let format = format_of(&file).ok_or_else(|| trouble(&Unreadable::Format))?;
    if is_picture(format) {
        return Err(scan());
    }
    let said = read(format, file).await.map_err(|error| trouble(&error))?;
    // A scan in the place of the original would be kept for thirty years, and says nothing that a program can read.
    if said.only_code().is_some() || said.text.is_empty() && said.values.is_empty() {
        return Err(scan());
    }
    if said.labelled_numbers() > 1 {
        return Err(trouble(&Unreadable::Several));
    }
    Ok(PaperRead {
        format: format.to_owned(),
        facts: vec![
            number(&said, wanted),
            date(&said, wanted),
            total(&said, wanted),
        ],
    })
}

/// Whether a PDF carries a number and a gross amount somewhere on its first pages or its last.
///
/// # Errors
/// [`PaperTrouble`], when it cannot be read or does not carry them.
pub async fn carries(pdf: Bytes, number: &str, total: Fen) -> Result<(), PaperTrouble> {
    if pdf.len() > BYTES_MAX {
        return Err(trouble(&Unreadable::TooLarge));
    }
    if !pdf.starts_with(b"%PDF-") {
        return Err(PaperTrouble {
            code: "format",
            message: "the file does not begin as a PDF does".to_owned(),
        });
    }
    let text = apart(pdf, pdf::text).await;
    let text = text.map_err(|error| trouble(&error))?;
    let lacks = |code, what: &str, value: &str| {
        let message = format!("its text does not carry the {what} {value}");
        Err(PaperTrouble { code, message })
    };
    if !text.contains(number) {
        return lacks("no_number", "number", number);
    }
    let amount = total.to_string();
    if !text.replace(',', "").contains(&amount) {
        return lacks("no_amount", "amount", &amount);
    }
    Ok(())
}

pub(super) fn trouble(error: &Unreadable) -> PaperTrouble {
    let code = match error {
        Unreadable::TooLarge | Unreadable::TooManyPages(_) | Unreadable::TooManyDots => "too_large",
        Unreadable::Format | Unreadable::Qr(_) => "format",
        Unreadable::Encrypted => "encrypted",
        Unreadable::Several => "several",
        Unreadable::NoCode => "picture",
        Unreadable::Damaged(_) => "damaged",
        Unreadable::TooSlow => "too_slow",
        Unreadable::NoNumber => "no_number",
    };
    PaperTrouble {
        code,
        message: error.to_string(),
    }
}

fn scan() -> PaperTrouble {
    PaperTrouble {
        code: "picture",
        message: "the file is a picture or a scan without text, not the file that was issued; download the original"
            .to_owned(),
    }
}

fn number(said: &Said, wanted: &PaperWanted) -> FactRead {
    let ledger = wanted.number();
    let own = (
        wanted.identity.code().to_owned(),
        wanted.identity.number().to_owned(),
    );
    let named = said.value(Field::Number);
    let same = match named {
        Some(value) => value == ledger,
        None => said.numbers.contains(&own),
    };
    let file = if same {
        Some(ledger.clone())
    } else {
        let first = said.numbers.first();
        named
            .map(str::to_owned)
            .or_else(|| first.map(|(code, number)| format!("{code}{number}")))
    };
    FactRead {
        fact: PaperFact::Number,
        ledger,
        file,
        same,
    }
}

fn date(said: &Said, wanted: &PaperWanted) -> FactRead {
    FactRead {
        fact: PaperFact::Date,
        ledger: wanted.date.to_string(),
        file: said.date.map(|it| it.to_string()),
        same: said.date == Some(wanted.date),
    }
}

fn total(said: &Said, wanted: &PaperWanted) -> FactRead {
    let ledger = wanted.total.to_string();
    // A structured file names it; a paper has a label for it, or it is the amount that two others add up to. Without any
    // of these every amount on the paper counts.
    let labelled = said
        .value(Field::Total)
        .map(str::to_owned)
        .or_else(|| text::total(&said.text))
        .or_else(|| text::sum(&said.amounts).map(|it| it.to_string()));
    let (file, same) = match labelled {
        Some(total) => {
            let same = Fen::parse_yuan(&total) == Ok(wanted.total);
            (Some(total), same)
        }
        None if said.amounts.contains(&wanted.total) => (Some(ledger.clone()), true),
        None if said.amounts.is_empty() => (None, false),
        None => {
            let all: Vec<String> = said.amounts.iter().map(ToString::to_string).collect();
            (Some(all.join(" / ")), false)
        }
    };
    FactRead {
        fact: PaperFact::Total,
        ledger,
        file,
        same,
    }
}
