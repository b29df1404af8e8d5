// What each cloud's form takes, and how the instructions beside it follow what is typed. The service decides: this says
// only earlier what it is going to refuse.
//
// `judge`: for each field why its text won't do, given all texts; `suggest`: what follows for other fields from the key;
// `blanks`: what stands in the instructions, and what to put there instead, if it is known.

const unless = (grammar, says) => (text) => (grammar.test(text) ? "" : says);

const keyARN = /^arn:(aws[a-z-]*):kms:([a-z0-9-]+):(\d{12}):(key\/[A-Za-z0-9-]{1,128}|alias\/[A-Za-z0-9/_-]{1,250})$/;
const roleARN = /^arn:(aws[a-z-]*):iam::(\d{12}):role\/[\w+=,.@/-]{1,576}$/;

const aws = {
  judge: {
    kms_key_ref: unless(keyARN, "An ARN of a KMS key or alias: arn:aws:kms:REGION:ACCOUNT:key/ID or …:alias/NAME"),
    "config.role_arn": unless(roleARN, "An ARN of an IAM role: arn:aws:iam::ACCOUNT:role/NAME"),
    "config.region": (text, { kms_key_ref: key }) => {
      const region = keyARN.exec(key)?.[2];
      return region && region !== text ? `The key is in ${region}` : "";
    },
    "config.external_id": unless(/^[\w+=,.@:/-]{2,1224}$/, "2 to 1224 letters, digits and _ + = , . @ : / -"),
  },
  suggest: (key) => ({ "config.region": keyARN.exec(key)?.[2] }),
  blanks: (typed, proposed) => ({
    [proposed["config.external_id"]]: typed["config.external_id"],
    KMS_KEY_ARN: keyARN.exec(typed.kms_key_ref)?.[4].startsWith("key/") && typed.kms_key_ref,
    "arn:aws:": `arn:${keyARN.exec(typed.kms_key_ref)?.[1] ?? "aws"}:`,
  }),
};

const cryptoKey =
  /^projects\/((?:[a-z0-9.-]+:)?[a-z][a-z0-9-]{2,28}[a-z0-9])\/locations\/([a-z0-9-]{1,63})\/keyRings\/([\w-]{1,63})\/cryptoKeys\/([\w-]{1,63})$/;
const serviceAccount = /^[a-z0-9][a-z0-9-]*@(?:[a-z0-9-]+\.)+gserviceaccount\.com$/;

const gcp = {
  judge: {
    kms_key_ref: unless(cryptoKey, "A key, without a version: projects/P/locations/L/keyRings/R/cryptoKeys/K"),
    "config.impersonate_service_account": unless(serviceAccount, "A service account: NAME@PROJECT.iam.gserviceaccount.com"),
  },
  suggest: (key) => {
    const project = cryptoKey.exec(key)?.[1].split(":").reverse().join(".");
    return { "config.impersonate_service_account": project && `tenant-kms@${project}.iam.gserviceaccount.com` };
  },
  blanks: (typed) => {
    const [, project, location, ring, name] = cryptoKey.exec(typed.kms_key_ref) ?? [];
    const account = typed["config.impersonate_service_account"];
    return { PROJECT: project, LOCATION: location, RING: ring, KEY: name, SERVICE_ACCOUNT: serviceAccount.test(account) && account };
  },
};

const vault =
  "https://([a-z](?![a-z0-9-]*--)[a-z0-9-]{1,22}[a-z0-9])\\.(?:vault|managedhsm)\\.(?:azure\\.net|usgovcloudapi\\.net|azure\\.cn)";
const vaultURL = new RegExp(`^${vault}/?$`);
const vaultKey = new RegExp(`^(${vault})/keys/([A-Za-z0-9-]{1,127})$`);
const uuid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

const azure = {
  judge: {
    kms_key_ref: unless(vaultKey, "A key, without a version: https://VAULT.vault.azure.net/keys/NAME"),
    "config.vault_url": (text, { kms_key_ref: key }) => {
      if (!vaultURL.test(text)) return "The URL of a key vault: https://VAULT.vault.azure.net";
      const url = vaultKey.exec(key)?.[1];
      return url && url !== text.replace(/\/$/, "") ? `The key is in ${url}` : "";
    },
    "config.azure_tenant_id": unless(uuid, "A UUID"),
    "config.client_id": unless(uuid, "A UUID"),
    "config.client_secret_env_var": unless(
      /^AZURE_CLIENT_SECRET(?:_\w+)?(?<!_FILE)$/,
      "The name of a variable, never a secret: AZURE_CLIENT_SECRET or AZURE_CLIENT_SECRET_NAME"),
  },
  suggest: (key) => ({ "config.vault_url": vaultKey.exec(key)?.[1] }),
  blanks: (typed) => {
    const [, , name, key] = vaultKey.exec(typed.kms_key_ref) ?? [];
    return { VAULT: name, KEY: key, APPLICATION_ID: uuid.test(typed["config.client_id"]) && typed["config.client_id"] };
  },
};

export const providers = { aws, gcp, azure };
