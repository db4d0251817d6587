//! Explains WeChat's error codes: `cargo run --example explain -- 72063 40078`, or all of them.

use std::io::Write;

use wechat_invoice::code_info;
use wechat_invoice::codes::all_codes;

/// The arguments are the codes.
pub fn run(arguments: &[String], out: &mut impl Write) -> std::io::Result<()> {
    let asked: Vec<i64> = arguments.iter().filter_map(|it| it.parse().ok()).collect();
    let codes: Vec<i64> = if asked.is_empty() {
        all_codes().map(|info| info.code).collect()
    } else {
        asked
    };
    for code in codes {
        match code_info(code) {
            Some(info) => writeln!(
                out,
                "{code} [{}]\n  {}\n  {}\n  {}\n  {}",
                info.advice.as_str(),
                info.cause.zh,
                info.next_step.zh,
                info.cause.en,
                info.next_step.en,
            )?,
            None => writeln!(out, "{code}: not documented, needs a person")?,
        }
    }
    Ok(())
}

fn main() -> std::io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    run(&arguments, &mut std::io::stdout())
}
