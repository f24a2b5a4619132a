//! Creation of the template's tables.

use anyhow::Result;
use serde_json::json;

use super::client::Client;
use crate::template::Table;

/// Creates the tables that do not exist yet and enables expiry.
///
/// # Errors
/// DynamoDB's message if it refuses a call.
pub(crate) async fn create(client: &Client, tables: &[Table]) -> Result<()> {
    let mut existing = Vec::new();
    let mut from = None;
    loop {
        let page = client
            .call("ListTables", &from.map_or_else(|| json!({}), |name| json!({"ExclusiveStartTableName": name})))
            .await?;
        existing.extend(
            page["TableNames"].as_array().into_iter().flatten().filter_map(|name| Some(name.as_str()?.to_owned())),
        );
        match page.get("LastEvaluatedTableName").and_then(|name| name.as_str()) {
            Some(last) => from = Some(last.to_owned()),
            None => break,
        }
    }
    for table in tables.iter().filter(|table| !existing.contains(&table.name)) {
        client.call("CreateTable", &table.create).await?;
    }
    for table in tables {
        let name = json!({ "TableName": table.name });
        let Some(attribute) = &table.expires_by else { continue };
        let state = client.call("DescribeTimeToLive", &name).await?;
        if state.pointer("/TimeToLiveDescription/TimeToLiveStatus").and_then(|status| status.as_str())
            != Some("ENABLED")
        {
            let specification = json!({"AttributeName": attribute, "Enabled": true});
            client
                .call("UpdateTimeToLive", &json!({"TableName": table.name, "TimeToLiveSpecification": specification}))
                .await?;
        }
    }
    Ok(())
}
