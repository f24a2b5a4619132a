// A Lambda function in Node.js that reads what `GET /settings` reads, behind a runtime of a few lines.
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { Agent, request } from 'node:http';

const table = new DynamoDBClient({});

async function handler(event) {
  const user = event.requestContext.authorizer.jwt.claims.sub;
  const { Item: item } = await table.send(
    new GetItemCommand({
      TableName: process.env.TABLE_NAME,
      Key: { pk: { S: `USER#${user}` }, sk: { S: 'PROFILE' } },
      ConsistentRead: true,
    }),
  );
  const settings = {
    contact_policy: item.contact_policy?.S ?? 'everyone',
    read_receipts: item.read_receipts?.BOOL ?? true,
    typing_indicators: item.typing_indicators?.BOOL ?? true,
  };
  return { statusCode: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(settings) };
}

const agent = new Agent({ keepAlive: true });
const api = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation`;

function call(method, path, body) {
  return new Promise((resolve, reject) => {
    const sent = request(`${api}${path}`, { agent, method }, (answer) => {
      let text = '';
      answer.on('data', (chunk) => (text += chunk));
      answer.on('end', () => resolve([answer.headers, text]));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

(async () => {
  while (true) {
    const [headers, event] = await call('GET', '/next');
    const answer = await handler(JSON.parse(event));
    await call('POST', `/${headers['lambda-runtime-aws-request-id']}/response`, JSON.stringify(answer));
  }
})();
