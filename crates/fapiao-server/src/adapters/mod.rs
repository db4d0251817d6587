//! The ports, plugged into the world.

pub mod clock;
pub mod exchanges;
pub mod files;
pub mod gateways;
pub mod mail;
pub mod mail_texts;
pub mod papers;
pub mod passwords;
pub mod reach;
pub mod renderer;
pub mod rights;
pub mod sealer;
pub mod seals;
pub mod tax_direct;
pub mod tax_gateway;
pub mod tax_sides;
pub mod tokens;
pub mod wechat_console;
pub mod wechat_errors;
pub mod wechat_fiscal;
pub mod wechat_merchant;
pub mod wechat_platform;
pub mod wechat_pushes;
pub mod wechat_unified;
