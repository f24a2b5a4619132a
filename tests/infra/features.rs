//! The page of the suites names a test for each feature of the product, and the test is there.

use std::fs;

use tests::sources::root;

#[test]
fn every_feature_of_the_page_names_a_test_that_is_there() {
    let page = fs::read_to_string(root().join("tests/README.md")).expect("the readme can be read");
    let named: Vec<(String, &str)> = page
        .lines()
        .filter_map(|row| row.strip_prefix("| ")?.rsplit_once("| `")?.1.strip_suffix("` |")?.rsplit_once("::"))
        .map(|(module, test)| (module.replace("::", "/"), test))
        .collect();
    assert!(named.len() > 10, "the table of features is not where it was: {named:?}");
    for (module, test) in named {
        let path = root().join(format!("tests/e2e/{module}.rs"));
        let code = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert!(code.contains(&format!("async fn {test}()")), "{module} has no test {test}");
    }
}
