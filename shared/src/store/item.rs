//! Items in the type of the SDK.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

/// The attributes of an item by name.
pub(super) type Item = HashMap<String, AttributeValue>;
