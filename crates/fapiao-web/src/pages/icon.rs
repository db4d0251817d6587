//! The few icons, drawn on a 16 × 16 grid with one stroke.

use askama::filters::HtmlSafe;
use std::fmt;

/// An icon, printed as inline SVG. Always beside a word or a label, never alone in meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    /// A magnifying glass.
    Search,
    /// Three bars: opens the navigation on narrow screens.
    Menu,
    /// Three dots: opens further actions.
    More,
    /// Opens a menu downwards.
    Down,
    /// A tick.
    Check,
    /// A cross.
    Cross,
    /// An exclamation mark.
    Alert,
    /// A clock.
    Clock,
    /// Saves a file.
    Download,
    /// Leads out of the back-office.
    Out,
    /// A plus.
    Plus,
    /// A person.
    Person,
}

impl Icon {
    const fn path(self) -> &'static str {
        match self {
            Icon::Search => "M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM10.3 10.3l3.7 3.7",
            Icon::Menu => "M2.5 4h11M2.5 8h11M2.5 12h11",
            Icon::More => "M3.5 8h.01M8 8h.01M12.5 8h.01",
            Icon::Down => "M4.5 6.5 8 10l3.5-3.5",
            Icon::Check => "M3 8.5l3.2 3.2L13 4.8",
            Icon::Cross => "M4 4l8 8M12 4l-8 8",
            Icon::Alert => "M8 3.5v5.5M8 12v.01",
            Icon::Clock => "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM8 4.8V8l2.2 1.5",
            Icon::Download => "M8 2.5v8M4.8 7.5 8 10.7l3.2-3.2M2.5 13.5h11",
            Icon::Out => "M6.5 3.5h-3v9h9v-3M9 2.5h4.5V7M13.3 2.7 7.5 8.5",
            Icon::Plus => "M8 3v10M3 8h10",
            Icon::Person => {
                "M8 8.2a2.6 2.6 0 1 0 0-5.2 2.6 2.6 0 0 0 0 5.2zM3 13.5c.6-2.3 2.6-3.3 5-3.3s4.4 1 5 3.3"
            }
        }
    }
}

impl fmt::Display for Icon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = if matches!(self, Icon::More | Icon::Alert) {
            "2"
        } else {
            "1.4"
        };
        write!(
            f,
            r#"<svg class="icon" viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="{width}" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="{}"/></svg>"#,
            self.path()
        )
    }
}

impl HtmlSafe for Icon {}
