//! `GET/PATCH /settings`.

use serde_json::json;
use tests::Stack;

#[tokio::test]
async fn settings_begin_open_and_change_one_by_one() {
    let stack = Stack::shared();
    let ann = stack.user("ann").await;
    let first = json!({"contact_policy": "everyone", "read_receipts": true, "typing_indicators": true});
    assert_eq!(ann.get("/settings").await.expect(200), &first);
    let steps = [
        (
            json!({"contact_policy": "following"}),
            json!({"contact_policy": "following", "read_receipts": true, "typing_indicators": true}),
        ),
        (
            json!({"read_receipts": false}),
            json!({"contact_policy": "following", "read_receipts": false, "typing_indicators": true}),
        ),
        (json!({}), json!({"contact_policy": "following", "read_receipts": false, "typing_indicators": true})),
        (
            json!({"typing_indicators": false, "read_receipts": true}),
            json!({"contact_policy": "following", "read_receipts": true, "typing_indicators": false}),
        ),
    ];
    for (change, expected) in steps {
        assert_eq!(ann.patch("/settings", &change).await.expect(200), &expected, "after {change}");
        assert_eq!(ann.get("/settings").await.expect(200), &expected);
    }
}

#[tokio::test]
async fn settings_survive_a_new_profile_and_the_profile_new_settings() {
    let stack = Stack::shared();
    let ann = stack.user("ann").await;
    let settings = ann.patch("/settings", &json!({"read_receipts": false})).await.expect(200).clone();
    ann.register().await;
    assert_eq!(ann.get("/settings").await.expect(200), &settings);
    assert_eq!(ann.get("/me").await.expect(200)["username"], ann.name);
}

#[tokio::test]
async fn a_setting_that_is_none_changes_nothing() {
    let stack = Stack::shared();
    let ann = stack.user("ann").await;
    let before = ann.get("/settings").await.expect(200).clone();
    let cases = [
        (json!({"contact_policy": "nobody"}), "/contact_policy"),
        (json!({"contact_policy": 1}), "/contact_policy"),
        (json!({"contact_policy": {"following": null}}), "/contact_policy"),
        (json!({"contact_policy": ["following"]}), "/contact_policy"),
        (json!({"contact_policy": null}), "/contact_policy"),
        (json!({"read_receipts": "false"}), "/read_receipts"),
        (json!({"typing_indicators": 0}), "/typing_indicators"),
        (json!({"read_receipts": false, "wallpaper": "blue"}), "/wallpaper"),
    ];
    for (change, pointer) in cases {
        ann.patch("/settings", &change).await.invalid(pointer);
    }
    assert_eq!(ann.get("/settings").await.expect(200), &before);
}
