//! The platform gateway in the back-office, both ends.

use super::{
    sign_in::signed_in,
    work::{location, page, send},
};
use crate::{gateway::calls::Caller, harness::spawn_app};
use reqwest::{Method, StatusCode};

/// The text after `id="{id}"` up to the next tag.
fn shown(page: &str, id: &str) -> String {
    let after = page.split(&format!("id=\"{id}\"")).nth(1).unwrap();
    let after = after.split_once('>').unwrap().1;
    after.split('<').next().unwrap().trim().to_owned()
}

#[tokio::test]
async fn a_merchant_is_registered_gets_a_key_once_and_loses_it_again() {
    let app = spawn_app().await;
    let manager = signed_in(&app, "manager").await;
    let seller = "sel_0000000000DEM0000000000001";
    let mut members = vec![
        ("name", "杭州合作商户"),
        ("seller", seller),
        ("app_ids", "wx1234567890abcdef\nnot an app!"),
        ("callback_url", "ftp://merchant.example.com"),
        ("active", "yes"),
    ];
    let wrong = send(&app, &manager, "/admin/partners", &members).await;
    assert_eq!(wrong.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let text = wrong.text().await.unwrap();
    for field in ["app_ids", "callback_url"] {
        assert!(text.contains(&format!("href=\"#{field}\"")), "{text}");
    }
    members[2].1 = "wx1234567890abcdef";
    members[3].1 = "http://127.0.0.1:9/callback";
    let partner = location(&send(&app, &manager, "/admin/partners", &members).await);
    let list = page(&app, &manager, "/admin/partners").await;
    assert!(list.contains("杭州合作商户"), "{list}");

    let made = send(&app, &manager, &format!("{partner}/keys"), &[]).await;
    assert_eq!(made.status(), StatusCode::OK);
    let made = made.text().await.unwrap();
    let (key_id, secret) = (shown(&made, "key-id"), shown(&made, "secret"));
    assert_eq!(secret.len(), 64, "{made}");
    let again = page(&app, &manager, &partner).await;
    assert!(again.contains(&key_id) && !again.contains(&secret));
    let path = "/platform/v1/registration";
    let caller = Caller::of(&key_id, &secret);
    let (status, told) = caller.call(&app, Method::GET, &app.web(), path, "").await;
    assert_eq!(status, StatusCode::OK, "{told}");
    assert_eq!(told["seller_tax_number"], "91310000MA1FL0007C");

    // Suspended, then back, then without the key.
    members[4].1 = "";
    location(&send(&app, &manager, &partner, &members).await);
    let caller = Caller::of(&key_id, &secret);
    let (status, told) = caller.call(&app, Method::GET, &app.web(), path, "").await;
    assert_eq!(
        (status, &told["code"]),
        (StatusCode::FORBIDDEN, &"suspended".into())
    );
    members[4].1 = "yes";
    location(&send(&app, &manager, &partner, &members).await);
    let revocation = format!("{partner}/keys/{key_id}/revocation");
    location(&send(&app, &manager, &revocation, &[]).await);
    let caller = Caller::of(&key_id, &secret);
    let (status, _) = caller.call(&app, Method::GET, &app.web(), path, "").await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);

    let clerk = signed_in(&app, "clerk").await;
    let refused = send(&app, &clerk, "/admin/partners", &members).await;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn an_external_platform_is_entered_and_its_secret_never_shown_again() {
    let app = spawn_app().await;
    let manager = signed_in(&app, "manager").await;
    let path = "/admin/sellers/sel_0000000000DEM0000000000002/platform";
    let mut members = vec![
        ("base_url", "platform.example.com"),
        ("key_id", "gk_1"),
        ("secret", ""),
    ];
    let wrong = send(&app, &manager, path, &members).await;
    assert_eq!(wrong.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let text = wrong.text().await.unwrap();
    for field in ["base_url", "secret"] {
        assert!(text.contains(&format!("href=\"#{field}\"")), "{text}");
    }
    members[0].1 = "https://platform.example.com/platform/";
    members[2].1 = "a secret of the platform";
    location(&send(&app, &manager, path, &members).await);
    let text = page(&app, &manager, path).await;
    assert!(
        text.contains("https://platform.example.com/platform\""),
        "{text}"
    );
    assert!(!text.contains("a secret of the platform"));
    assert!(text.contains("/platform/callback/sel_0000000000DEM0000000000002"));
    // The key stays when its field is left empty.
    members[2].1 = "";
    location(&send(&app, &manager, path, &members).await);
    let finance = signed_in(&app, "finance").await;
    let refused = send(&app, &finance, path, &members).await;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    app.stop().await;
}
