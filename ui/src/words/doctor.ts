// What the doctor says, by the server's codes. It comes with the checklist, which few visitors open.

import type { Worded } from '../api/wire';
import type { Words } from './en';

type Values = Worded['values'];
type Sentence = string | ((values: Values) => string);

const SENTENCES = {
  en: {
    store_works: 'Conversations can be read and kept.',
    store_unusable: 'Conversations cannot be kept.',
    setup: (v) => `Amazon Bedrock in ${v['region']}; questions go to ${v['endpoint']}.`,
    no_region: 'No AWS region is set.',
    name_region: 'Name one where Tsuzuki starts: --region us-east-1, AWS_REGION, the AWS profile, or region under [backend] in tsuzuki.toml.',
    setup_unusable: 'Amazon Bedrock cannot be asked as things are set up.',
    setup_hint: 'Set it right, and start Tsuzuki again.',
    credentials: (v) => `There are credentials, from ${v['source']}.`,
    credentials_unusable: (v) => `There are no credentials that can be used (looked for: ${v['source']}).`,
    needs_credentials: 'Credentials come first.',
    do_as_said: 'Do what is said above, then check again.',
    endpoint: (v) => `${v['host']} answers.`,
    endpoint_elsewhere: (v) => `${v['region']} answers, where fallbacks go.`,
    models: (v) => `The region has ${v['models']} models, ${v['bare']} of them by their bare id. Which of them this account may use, only a call shows.`,
    profiles: (v) => `${v['count']} inference profiles.`,
    profiles_of_account: (v) => `${v['count']} inference profiles, as account ${v['account']}.`,
    call_not_made: (v) => `No model was asked, since that costs money: write a message to find out. One token of ${v['model']} costs about ${v['cost']}.`,
    call_not_made_unpriced: 'No model was asked, since that costs money: write a message to find out.',
    unreachable: 'The endpoint cannot be reached.',
    refused: (v) => `AWS answered ${v['operation']} with ${v['status']}.`,
    check_network: 'Check the network of the machine that Tsuzuki runs on, HTTPS_PROXY, and the endpoint (AWS_ENDPOINT_URL).',
    unset_endpoint: 'A Tsuzuki listens there, not AWS: unset AWS_ENDPOINT_URL_BEDROCK_RUNTIME, AWS_ENDPOINT_URL_BEDROCK and AWS_ENDPOINT_URL where Tsuzuki starts.',
    session_over: 'The session is over: run `aws sso login` or `aws login`, or set new keys.',
    keys_unknown: 'AWS does not know these keys: check that they are complete, of this partition, and not deleted.',
    secret_or_clock: 'The secret key or the clock of the machine is wrong: check both.',
    allow: (v) => `Allow ${v['operation']} for this identity (the policy below is the least), and see whether a policy of your organisation forbids it.`,
    is_it_bedrock: 'Check the region and the endpoint (AWS_ENDPOINT_URL): is this Amazon Bedrock?',
    throttled: 'AWS throttles this account: wait, or ask for a higher quota.',
    check_model: 'Check the id of the model, and whether the region serves it.',
    not_bedrock: 'Something else than Bedrock answers there: check the endpoint (AWS_ENDPOINT_URL).',
    aws_trouble: 'AWS has trouble there: try again in a while.',
    look: 'The status and the message say more.',
  },
  ja: {
    store_works: '会話を読み込み、保存できます。',
    store_unusable: '会話を保存できません。',
    setup: (v) => `${v['region']}のAmazon Bedrockを使います。質問の送り先は${v['endpoint']}です。`,
    no_region: 'AWSのリージョンが設定されていません。',
    name_region: 'Tsuzukiの起動時に指定してください：--region us-east-1、AWS_REGION、AWSのプロファイル、またはtsuzuki.tomlの[backend]のregion。',
    setup_unusable: '今の設定ではAmazon Bedrockを使えません。',
    setup_hint: '設定を直してから、Tsuzukiを起動し直してください。',
    credentials: (v) => `認証情報があります（${v['source']}）。`,
    credentials_unusable: (v) => `使える認証情報がありません（確認した場所：${v['source']}）。`,
    needs_credentials: '先に認証情報が必要です。',
    do_as_said: '上の指示に従ってから、もう一度確認してください。',
    endpoint: (v) => `${v['host']}から応答がありました。`,
    endpoint_elsewhere: (v) => `予備のリージョン${v['region']}から応答がありました。`,
    models: (v) => `このリージョンには${v['models']}個のモデルがあり、そのうち${v['bare']}個はモデルIDだけで使えます。このアカウントで使えるかどうかは、呼び出してみるまでわかりません。`,
    profiles: (v) => `推論プロファイルが${v['count']}個あります。`,
    profiles_of_account: (v) => `推論プロファイルが${v['count']}個あります（アカウント${v['account']}）。`,
    call_not_made: (v) => `料金がかかるため、モデルは呼び出していません。メッセージを送ると確認できます（${v['model']}の1トークンは約${v['cost']}）。`,
    call_not_made_unpriced: '料金がかかるため、モデルは呼び出していません。メッセージを送ると確認できます。',
    unreachable: 'エンドポイントに接続できません。',
    refused: (v) => `AWSが${v['operation']}に${v['status']}を返しました。`,
    check_network: 'Tsuzukiが動いているマシンのネットワーク、HTTPS_PROXY、エンドポイント（AWS_ENDPOINT_URL）をご確認ください。',
    unset_endpoint: 'そこで応答しているのはAWSではなくTsuzukiです。Tsuzukiを起動するシェルで、AWS_ENDPOINT_URL_BEDROCK_RUNTIME、AWS_ENDPOINT_URL_BEDROCK、AWS_ENDPOINT_URLを外してください。',
    session_over: 'セッションの有効期限が切れています。`aws sso login`か`aws login`を実行するか、新しいキーを設定してください。',
    keys_unknown: 'AWSがこのキーを認識しません。キーに欠けがないか、パーティションが合っているか、削除されていないかをご確認ください。',
    secret_or_clock: 'シークレットキーか、マシンの時計が正しくありません。両方をご確認ください。',
    allow: (v) => `このIDに${v['operation']}を許可してください（下のポリシーが必要最小限です）。組織のポリシーで禁止されていないかもご確認ください。`,
    is_it_bedrock: 'リージョンとエンドポイント（AWS_ENDPOINT_URL）をご確認ください。Amazon Bedrockではない可能性があります。',
    throttled: 'このアカウントはAWSに制限されています。しばらく待つか、クォータの引き上げを申請してください。',
    check_model: 'モデルIDと、このリージョンで提供されているかをご確認ください。',
    not_bedrock: 'Bedrockではないものが応答しています。エンドポイント（AWS_ENDPOINT_URL）をご確認ください。',
    aws_trouble: 'AWS側で障害が起きています。しばらくしてからもう一度お試しください。',
    look: '詳しくはステータスとメッセージをご覧ください。',
  },
} as const satisfies Record<Words['language'], Record<string, Sentence>>;

const NAMES: Record<Words['language'], Readonly<Record<string, string>>> = {
  en: { store: 'Conversations', setup: 'Settings', credentials: 'Credentials', endpoint: 'Endpoint', models: 'Models', profiles: 'Inference profiles', call: 'A call' },
  ja: { store: '会話の保存', setup: '設定', credentials: '認証情報', endpoint: 'エンドポイント', models: 'モデル', profiles: '推論プロファイル', call: '呼び出し' },
};

export const CODES: Readonly<Record<Words['language'], readonly string[]>> = {
  en: Object.keys(SENTENCES.en),
  ja: Object.keys(SENTENCES.ja),
};

/** What a step is called. */
export const stepName = (language: Words['language'], name: string): string => NAMES[language][name] ?? name;

/** A sentence in this language; none for a code that is not known here. */
export function worded(language: Words['language'], said: Worded | null | undefined): string | null {
  const known: Readonly<Record<string, Sentence>> = SENTENCES[language];
  const sentence = said && Object.hasOwn(known, said.code) ? known[said.code] : undefined;
  return typeof sentence === 'function' ? sentence(said!.values) : (sentence ?? null);
}
