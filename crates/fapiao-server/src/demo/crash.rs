//! Deliberate death at a named step, for the kill test: `FAPIAO_TEST_KILL_AT=claimed:deliver_card` ends the process
//! with SIGKILL when that step is reached.

use std::sync::LazyLock;

#[expect(
    clippy::disallowed_methods,
    reason = "a switch of the kill test, compiled into the demo only"
)]
static KILL_AT: LazyLock<Option<String>> =
    LazyLock::new(|| std::env::var("FAPIAO_TEST_KILL_AT").ok());

/// Dies here if this is the wanted step.
pub fn point(moment: &str, kind: &str) {
    if KILL_AT
        .as_deref()
        .is_some_and(|wanted| wanted.split_once(':') == Some((moment, kind)))
    {
        let pid = std::process::id().to_string();
        let _ = std::process::Command::new("kill")
            .args(["-KILL", &pid])
            .status();
    }
}
