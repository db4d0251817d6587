//! The sandbox from outside Rust: a script that knows nothing but its address.

use tokio::process::Command;

use crate::scene::stage;

#[tokio::test]
async fn a_python_script_drives_everything_with_its_standard_library() {
    let stage = stage().await;
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/drive.py");
    let output = Command::new("python3")
        .arg(script)
        .arg(stage.running.base_url())
        .output()
        .await
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let wailed = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}{wailed}");
    assert!(said.ends_with("done\n"), "{said}");
    assert!(20 < said.lines().count(), "{said}");
    stage.running.stop().await;
}
