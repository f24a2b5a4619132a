//! Profiles, settings, names.

use futures_util::future::join_all;
use shared::domain::profile::{ContactPolicy, Settings, SettingsChange, UsernamePrefix};
use shared::store::Condition;
use tests::{Stack, unique};

use crate::engine::store;
use crate::given::{later, noon, public, save, user};

#[tokio::test]
async fn rule_01_of_sixteen_who_want_a_name_one_gets_it() {
    let stack = Stack::shared();
    let name = unique("name");
    let claim =
        async |number: usize| save(&store(&stack), &user(&number.to_string()), None, public(&name), noon()).await;
    let outcomes = join_all((0..16).map(claim)).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    assert!(
        outcomes.iter().filter_map(|outcome| outcome.as_ref().err()).all(|error| error.failed(Condition::Username))
    );
}

#[tokio::test]
async fn rule_01_a_new_name_frees_the_old_one_and_settings_stay() {
    let stack = Stack::shared();
    let store = store(&stack);
    let (ann, bob) = (user("ann"), user("bob"));
    let (old, new) = (unique("old"), unique("new"));
    save(&store, &ann, None, public(&old), noon()).await.unwrap();
    let change = SettingsChange { contact_policy: Some(ContactPolicy::Following), ..SettingsChange::default() };
    store.change_settings(&ann, change).await.unwrap().unwrap();
    let before = store.profile(&ann).await.unwrap().unwrap();
    assert!(save(&store, &bob, None, public(&old), noon()).await.unwrap_err().failed(Condition::Username));
    assert!(store.profile(&bob).await.unwrap().is_none(), "a refused registration leaves nothing");

    save(&store, &ann, Some(&before), public(&new), later(5)).await.unwrap();
    save(&store, &bob, None, public(&old), later(6)).await.unwrap();
    let after = store.profile(&ann).await.unwrap().unwrap();
    assert_eq!((after.created_at, after.updated_at), (noon(), later(5)));
    assert_eq!(after.settings, Settings { contact_policy: ContactPolicy::Following, ..Settings::default() });
    // Who decided on the old card comes too late.
    assert!(
        save(&store, &ann, Some(&before), public(&unique("x")), later(7)).await.unwrap_err().failed(Condition::Profile)
    );
    assert!(save(&store, &ann, None, public(&unique("x")), later(7)).await.unwrap_err().failed(Condition::Profile));
}

#[tokio::test]
async fn settings_are_those_of_registered_users() {
    let stack = Stack::shared();
    let store = store(&stack);
    let ann = user("ann");
    let off = SettingsChange { read_receipts: Some(false), ..SettingsChange::default() };
    assert_eq!(store.change_settings(&ann, off).await.unwrap(), None);
    assert!(store.profile(&ann).await.unwrap().is_none(), "a refused change makes no profile");
    save(&store, &ann, None, public(&unique("ann")), noon()).await.unwrap();
    let expected = Settings { read_receipts: false, ..Settings::default() };
    assert_eq!(store.change_settings(&ann, off).await.unwrap(), Some(expected));
    assert_eq!(store.change_settings(&ann, SettingsChange::default()).await.unwrap(), Some(expected));
}

#[tokio::test]
async fn rule_02_a_search_pages_through_the_names_in_order() {
    let stack = Stack::shared();
    let store = store(&stack);
    let base = unique("s");
    let mut names: Vec<String> = ["", ".", "0", "_", "a", "z"].iter().map(|end| format!("{base}{end}")).collect();
    for name in &names {
        save(&store, &user("u"), None, public(name), noon()).await.unwrap();
    }
    names.sort();
    let prefix = UsernamePrefix::try_from(base).unwrap();
    let mut found = Vec::new();
    loop {
        let after = found.last().cloned();
        let page = store.search(&prefix, after.as_ref(), 4).await.unwrap();
        let more = page.more;
        found.extend(page.items.into_iter().map(|found| found.public.username));
        if !more {
            break;
        }
    }
    assert_eq!(found.iter().map(|name| name.as_str().to_owned()).collect::<Vec<_>>(), names);
}

#[tokio::test]
async fn rule_02_a_prefix_of_one_letter_finds_names_of_every_second_letter() {
    let stack = Stack::shared();
    let store = store(&stack);
    let names: Vec<String> = ["q.", "q0", "qa", "qz"].iter().map(|start| unique(start)).collect();
    for name in &names {
        save(&store, &user("u"), None, public(name), noon()).await.unwrap();
    }
    let prefix = UsernamePrefix::try_from("q".to_owned()).unwrap();
    let mut found = Vec::new();
    loop {
        let after = found.last().cloned();
        let page = store.search(&prefix, after.as_ref(), 3).await.unwrap();
        let more = page.more;
        found.extend(page.items.into_iter().map(|found| found.public.username));
        if !more {
            break;
        }
    }
    let found: Vec<String> = found.into_iter().map(String::from).collect();
    assert!(found.is_sorted(), "{found:?}");
    assert!(names.iter().all(|name| found.contains(name)), "{found:?} lacks one of {names:?}");
}

#[tokio::test]
async fn more_profiles_than_a_batch_takes_are_read_at_once() {
    let stack = Stack::shared();
    let store = store(&stack);
    let users: Vec<_> = (0..130).map(|_| user("many")).collect();
    let register = async |user| save(&store, user, None, public(&unique("many")), noon()).await.unwrap();
    join_all(users.iter().map(register)).await;
    let mut asked = users.clone();
    asked.extend_from_slice(&users[..3]);
    asked.push(user("nobody"));
    assert_eq!(store.profiles(&asked).await.unwrap().len(), 130);
}
