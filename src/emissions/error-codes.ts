/**
 * Every error code, its kind and the advice printed when the place of the error has none of its own.
 * docs/errors.md lists exactly these (a test holds both equal). A code is never renamed.
 *
 * Kinds and what they mean to a caller: `input` (mend the request), `refused` (a rule of the channel said no),
 * `absent` (the thing asserted does not exist), `conflict` (read again, then retry), `integrity` (stored data
 * is not what it was: stop and look), `unavailable` (try again later), `internal` (a fault of this software).
 */
export type ErrorKind = 'input' | 'refused' | 'absent' | 'conflict' | 'integrity' | 'unavailable' | 'internal';

interface CodeEntry {
  readonly kind: ErrorKind;
  readonly advice: string;
}

export const errorCodes = {
  // numbers, units, dates, places
  DECIMAL_INVALID: {
    kind: 'input',
    advice: 'Write a plain decimal such as 1234.5: digits and one dot, no exponent, no thousands separator.',
  },
  QUANTITY_BLANK: { kind: 'input', advice: 'Give the quantity; a blank is never read as zero.' },
  QUANTITY_NEGATIVE: {
    kind: 'input',
    advice: 'Give a positive quantity; energy sent to the grid is a line with flow exported.',
  },
  UNIT_UNKNOWN: { kind: 'input', advice: 'Use a unit of docs/units.md, such as kWh, MWh, therm or m3.' },
  UNIT_AMBIGUOUS: { kind: 'input', advice: 'Name the unit so that it has one meaning.' },
  UNIT_UNFIT: { kind: 'input', advice: 'Use a unit that measures this commodity.' },
  DATE_INVALID: { kind: 'input', advice: 'Write dates as YYYY-MM-DD.' },
  PERIOD_INVALID: { kind: 'input', advice: 'The end must be after the start; --end is exclusive.' },
  PERIOD_FUTURE: { kind: 'input', advice: 'Record a bill once its period is over.' },
  PERIOD_TOO_LONG: { kind: 'input', advice: 'Record the bills one by one; a line may span at most 800 days.' },
  ZONE_UNKNOWN: { kind: 'input', advice: 'Use an IANA time zone such as Europe/Berlin.' },
  PLACE_INVALID: {
    kind: 'input',
    advice: 'Use ISO 3166 codes: country US, subdivision US-CA; grid regions are eGRID acronyms such as CAMX.',
  },
  ZIP_UNKNOWN: { kind: 'input', advice: 'Check the ZIP, or give --region or --subdivision.' },
  UTILITY_UNKNOWN: { kind: 'input', advice: "Use the utility's EIA number, or give --zip, --region or --subdivision." },
  FIELD_INVALID: { kind: 'input', advice: 'See the field in docs/channel.md.' },
  // factors
  FACTOR_NOT_FOUND: {
    kind: 'absent',
    advice: 'Load a release that covers the place and year, or name a coarser place.',
  },
  FACTOR_GWP_UNAVAILABLE: {
    kind: 'refused',
    advice: "Ask for the publisher's own GWP set: this row has no figures by gas to compute another.",
  },
  FACTOR_PROOF_INVALID: {
    kind: 'integrity',
    advice: 'Load the release again from its publisher; do not use this row.',
  },
  FACTOR_UNFIT: {
    kind: 'refused',
    advice: 'Use the factor that the rule of docs/channel.md chooses for this place, year and method.',
  },
  RELEASE_INVALID: { kind: 'integrity', advice: 'Fetch the release file again; its content does not match its root.' },
  RELEASE_UNKNOWN: { kind: 'absent', advice: 'Publish the release on the channel first: uec factors load.' },
  RELEASE_WITHDRAWN: { kind: 'refused', advice: 'Use the release that replaces it.' },
  RELEASE_EXISTS: { kind: 'conflict', advice: 'A version is published once; publish the change under a new version.' },
  RELEASE_SIGNATURE_INVALID: {
    kind: 'integrity',
    advice: 'Fetch the release again, or ask its publisher for the key that signed it.',
  },
  // channel
  ARGUMENTS_INVALID: { kind: 'input', advice: 'See the transaction in docs/channel.md.' },
  TRANSACTION_UNKNOWN: { kind: 'input', advice: 'See the table of transactions in docs/channel.md.' },
  NOT_CANONICAL: { kind: 'input', advice: 'Send arguments as canonical JSON (RFC 8785).' },
  PAGE_TOO_LARGE: { kind: 'input', advice: 'Split the page: at most 2,000 records and 1 MB.' },
  PAGE_REFUSED: {
    kind: 'refused',
    advice: 'Mend the records named and send the page again; nothing of it was written.',
  },
  NOT_ALLOWED: { kind: 'refused', advice: 'Ask the steward for the role: uec members grant.' },
  NOT_OWNER: { kind: 'refused', advice: 'Only the member that owns a record can change it.' },
  MEMBER_UNKNOWN: { kind: 'refused', advice: 'Ask the steward to admit the member: uec members admit.' },
  MEMBER_EXISTS: { kind: 'conflict', advice: 'The member is admitted already; grant roles with uec members grant.' },
  MEMBER_SUSPENDED: { kind: 'refused', advice: 'Ask the steward to grant the member its roles again.' },
  ARITHMETIC_MISMATCH: { kind: 'refused', advice: 'Recompute the record with the factors it names.' },
  SLICES_INVALID: {
    kind: 'refused',
    advice: 'Cut the period at year ends and where the factors change, and nowhere else.',
  },
  PERIOD_OVERLAP: { kind: 'refused', advice: 'Correct or void the other record, or mend the dates of this one.' },
  RECORD_DUPLICATE: { kind: 'refused', advice: 'It is on the ledger already; nothing needs doing.' },
  RECORD_VOIDED: { kind: 'refused', advice: 'Name the voided record in replaces to record the same content again.' },
  RECORD_NOT_FOUND: { kind: 'absent', advice: 'See uec records for the ids; a prefix of eight characters is enough.' },
  RECORD_ID_AMBIGUOUS: { kind: 'input', advice: 'Give more characters of the id.' },
  RECORD_NOT_ACTIVE: { kind: 'refused', advice: 'Refer to the record that replaced it.' },
  RECORD_PROOF_INVALID: {
    kind: 'integrity',
    advice: 'The content and path given do not lead to the page on the ledger; run uec verify.',
  },
  // documents
  DOCUMENT_NOT_FOUND: { kind: 'absent', advice: 'See uec document list.' },
  DOCUMENT_EXISTS: { kind: 'conflict', advice: 'The commitment is attached already.' },
  DOCUMENT_ERASED: { kind: 'absent', advice: 'The document was erased on order; its number still verifies.' },
  DOCUMENT_LOST: {
    kind: 'absent',
    advice: 'Restore the document from a backup, or announce the loss: uec document scrub --announce.',
  },
  DOCUMENT_CORRUPT: { kind: 'integrity', advice: 'Restore the file from a backup; it does not match what was stored.' },
  DOCUMENT_MISMATCH: { kind: 'integrity', advice: 'This is not the document that was recorded.' },
  DOCUMENT_STATE: { kind: 'refused', advice: 'See the evidence state with uec document list.' },
  DOCUMENT_CONFLICT: { kind: 'conflict', advice: 'The id is taken by other bytes; nothing was changed.' },
  LEGAL_HOLD: { kind: 'refused', advice: 'Wait for the end of the hold, or lift it.' },
  VAULT_KEY_WRONG: {
    kind: 'integrity',
    advice: 'Put back the node key that belongs to this vault; keys cannot be recovered without it.',
  },
  VAULT_INVALID: { kind: 'integrity', advice: 'Restore the vault from a backup.' },
  KEY_SHREDDED: { kind: 'absent', advice: 'The key was destroyed on order and cannot be brought back.' },
  COMMITMENT_INVALID: {
    kind: 'input',
    advice: 'A commitment is 64 lower-case hex digits; its key is exactly 32 bytes.',
  },
  // bills
  FILE_UNREADABLE: { kind: 'input', advice: 'Check the path and permissions.' },
  FILE_KIND_UNKNOWN: {
    kind: 'input',
    advice:
      'Give a bill in a form that docs/bills.md names: a table as CSV, Green Button XML, a workbook of Portfolio Manager (xlsx), or a PDF bill.',
  },
  FILE_DUPLICATE: {
    kind: 'refused',
    advice: 'The same file was recorded before; see uec records. Nothing was written.',
  },
  FILE_MALFORMED: { kind: 'input', advice: 'Mend the file at the place named, or export it again.' },
  FILE_TOO_LARGE: { kind: 'input', advice: 'Split the file by meter or by year; docs/bills.md names the limits.' },
  FILE_REFUSED: { kind: 'input', advice: 'Mend the rows named, or record the others with --errors FILE.' },
  FILE_CHANGED: { kind: 'input', advice: 'Let the program that writes the file come to its end, and record it again.' },
  IMPORT_NOT_FOUND: {
    kind: 'absent',
    advice: 'See uec imports list for the ids; a prefix of eight characters is enough.',
  },
  FOLDER_WATCHED: { kind: 'conflict', advice: 'One process watches a folder; end the other one first.' },
  CANCELLED: {
    kind: 'unavailable',
    advice: 'What was recorded stands; the same command goes on where it stopped. See uec imports list.',
  },
  ROW_INVALID: { kind: 'input', advice: 'Mend the row; see docs/bills.md.' },
  DATE_ORDER_UNKNOWN: {
    kind: 'input',
    advice: 'Look at one bill, and say which number is the day: --date-order day-first or --date-order month-first.',
  },
  DECIMAL_SIGN_UNKNOWN: {
    kind: 'input',
    advice: 'Look at one bill, and say what begins the decimals: --decimal-sign point or --decimal-sign comma.',
  },
  END_CONVENTION_UNKNOWN: {
    kind: 'input',
    advice:
      'Look at one bill, and say what its end date is: --end-convention inclusive, exclusive, shared-day or read-date.',
  },
  MAPPING_INVALID: {
    kind: 'input',
    advice: 'Propose the mapping anew with uec bills map, and fill what it leaves open.',
  },
  PDF_ENCRYPTED: { kind: 'input', advice: 'Save the PDF without its password, and give that file.' },
  PDF_TEXT_MISSING: {
    kind: 'input',
    advice:
      'Ask for the bill as a PDF with text, or write its lines into the plain CSV layout with the PDF as --document.',
  },
  PDF_TEXT_UNREADABLE: {
    kind: 'input',
    advice:
      'Ask for the bill in another form, or write its lines into the plain CSV layout with the PDF as --document.',
  },
  PROPOSAL_OPEN: {
    kind: 'input',
    advice:
      'See uec bills read FILE: it shows what was found, and which option or template field answers each question.',
  },
  PROPOSAL_UNCONFIRMED: {
    kind: 'input',
    advice: 'Compare uec bills read FILE with the bill, and record it with --confirm and the digest that it shows.',
  },
  TEMPLATE_INVALID: { kind: 'input', advice: 'Mend the field named; docs/bills.md has the fields of a template.' },
  TEMPLATE_UNFIT: {
    kind: 'input',
    advice: 'Use the template of this utility and layout, or mend it by what uec bills read FILE --lines shows.',
  },
  COLUMN_MISSING: { kind: 'input', advice: 'Add the column; see docs/bills.md.' },
  COMMODITY_UNKNOWN: { kind: 'input', advice: 'Use electricity, natural-gas, steam, heat, cooling or water.' },
  // ledger
  LEDGER_LOCKED: { kind: 'unavailable', advice: 'Stop the process that holds it, or go through it.' },
  LEDGER_CORRUPT: {
    kind: 'integrity',
    advice: 'Keep the folder as it is, and restore the log from a backup or another copy.',
  },
  STATE_CORRUPT: {
    kind: 'integrity',
    advice: 'The log is the record: rebuild the state from it with uec fsck DIR --rebuild.',
  },
  REPLAY_MISMATCH: {
    kind: 'integrity',
    advice: 'The rules do not give what the log holds: compare with another copy, and with the version that wrote it.',
  },
  EVIDENCE_INVALID: { kind: 'integrity', advice: 'Ask for the evidence again; this one proves nothing.' },
  BUNDLE_TOO_LARGE: {
    kind: 'refused',
    advice:
      'A page or chain of this size does not fit a bundle: have the record checked at a node, uec verify DIR RECORD.',
  },
  LEDGER_EXISTS: { kind: 'conflict', advice: 'Choose an empty folder.' },
  LEDGER_ABSENT: { kind: 'absent', advice: 'Make a node first: uec init DIR --member ID --name NAME.' },
  LEDGER_CLOSED: { kind: 'unavailable', advice: 'Open the ledger again.' },
  SIGNATURE_INVALID: { kind: 'refused', advice: 'Sign with the key that the channel knows for this member.' },
  CHANNEL_WRONG: { kind: 'refused', advice: 'The submission is for another channel.' },
  IDENTITY_EXPIRED: { kind: 'refused', advice: 'Renew the certificate and name it in the connection profile.' },
  IDENTITY_REFUSED: {
    kind: 'refused',
    advice: 'The certificate was revoked, or is of no member of the channel: ask the organisation that issued it.',
  },
  CHAINCODE_MISMATCH: {
    kind: 'conflict',
    advice: 'Compare what the members run: uec fabric status; deploy one version everywhere.',
  },
  CLOCK_SKEW: { kind: 'unavailable', advice: 'Set the clock of this machine, or that of the peer.' },
  NOT_ENDORSED: { kind: 'refused', advice: 'See the message; nothing was written.' },
  NOT_COMMITTED: { kind: 'conflict', advice: 'Send it again: another transaction changed the same keys first.' },
  LEDGER_UNAVAILABLE: { kind: 'unavailable', advice: 'Try again; uec status says what is wrong.' },
  STORE_UNAVAILABLE: { kind: 'unavailable', advice: 'Check the store: uec status.' },
  DISK_FULL: { kind: 'unavailable', advice: 'Free space and send it again; nothing was half written.' },
  // local Fabric network
  CA_UNAVAILABLE: { kind: 'unavailable', advice: 'Check that the certificate authority runs, and its address.' },
  FABRIC_BINARY_MISSING: {
    kind: 'absent',
    advice:
      "Take Hyperledger Fabric's release (github.com/hyperledger/fabric/releases) and put its bin folder on PATH.",
  },
  FABRIC_NETWORK_ABSENT: { kind: 'absent', advice: 'Make a local network first: uec fabric up --dir DIR.' },
  FABRIC_NETWORK_DOWN: { kind: 'unavailable', advice: 'Start it again on its data: uec fabric up --dir DIR.' },
  FABRIC_NETWORK_FAILED: { kind: 'unavailable', advice: 'See the log named; uec fabric down ends what was started.' },
  // node and command
  NODE_EXISTS: { kind: 'conflict', advice: 'Choose an empty folder.' },
  NODE_ABSENT: { kind: 'absent', advice: 'Make a node first: uec init DIR --member ID --name NAME.' },
  CONFIG_INVALID: { kind: 'input', advice: 'See docs/operating.md for the settings.' },
  TOKEN_INVALID: {
    kind: 'refused',
    advice: 'Send a token of this node: Authorization: Bearer TOKEN; uec token add makes one.',
  },
  NOT_FOUND: { kind: 'absent', advice: 'See the paths at /.' },
  OPTION_INVALID: { kind: 'input', advice: 'See uec COMMAND --help.' },
  // access, webhooks
  ROLE_INSUFFICIENT: { kind: 'refused', advice: 'Use a token whose role may do this: see docs/operating.md.' },
  RATE_LIMITED: { kind: 'unavailable', advice: 'Wait for as long as Retry-After says, then send it again.' },
  BODY_TOO_LARGE: { kind: 'input', advice: 'Send less at once, or use a role that may send more.' },
  REQUEST_MALFORMED: {
    kind: 'input',
    advice: 'Send the request as RFC 9112 says, to the name this node is served under.',
  },
  REQUEST_TOO_SLOW: { kind: 'input', advice: 'Send the whole request without pauses.' },
  HOST_REFUSED: {
    kind: 'refused',
    advice: 'Ask for the node by its own name; more names are listed in http.hosts of node.json.',
  },
  CERTIFICATE_UNKNOWN: {
    kind: 'refused',
    advice: 'List the certificate in access.certificates of node.json, or use one that is listed.',
  },
  IDENTITY_PROVIDER_UNAVAILABLE: {
    kind: 'unavailable',
    advice: 'Try again, or use a token of this node: the identity provider does not answer as it should.',
  },
  TOKEN_NOT_FOUND: { kind: 'absent', advice: 'See uec token list.' },
  AUDIT_CORRUPT: {
    kind: 'integrity',
    advice: 'Keep audit.db as it is and look into who changed it: see docs/operating.md.',
  },
  WEBHOOK_NOT_FOUND: { kind: 'absent', advice: 'See uec webhook list.' },
  WEBHOOK_REFUSED: {
    kind: 'input',
    advice: 'Give an https URL of a public address, or allow the address in webhooks.allow of node.json.',
  },
  // API
  REQUEST_INVALID: {
    kind: 'input',
    advice: 'Mend the fields named; /api/v1/openapi.json has the schema of each operation.',
  },
  METHOD_NOT_ALLOWED: { kind: 'input', advice: 'Use a method that the header field Allow lists.' },
  NOT_ACCEPTABLE: { kind: 'input', advice: 'Accept a media type that the operation produces: see /api/v1/docs.' },
  CONTENT_TYPE_UNSUPPORTED: {
    kind: 'input',
    advice: 'Send the body in a media type that the operation takes: see /api/v1/docs.',
  },
  LOCAL_ONLY: {
    kind: 'refused',
    advice: 'Upload the file: paths of the node are taken from the command on the same machine only.',
  },
  PRECONDITION_FAILED: {
    kind: 'conflict',
    advice: 'Read what is to be changed once more, decide again, and send its new ETag.',
  },
  IDEMPOTENCY_KEY_REUSED: { kind: 'refused', advice: 'Use a new Idempotency-Key for another request.' },
  IDEMPOTENCY_PENDING: {
    kind: 'conflict',
    advice:
      'The first request under this key is under way, or was cut off: see whether it was done before using a new key.',
  },
  JOB_NOT_FOUND: { kind: 'absent', advice: 'See GET /api/v1/jobs.' },
  UPLOAD_NOT_FOUND: { kind: 'absent', advice: 'Upload the file again: an upload is kept for a day.' },
  UPLOAD_CONFLICT: { kind: 'conflict', advice: 'Ask with HEAD how much of the upload has come, and go on from there.' },
  BUSY: { kind: 'unavailable', advice: 'Too much is under way at once: end a stream or a job, or try again later.' },
  INTERNAL: {
    kind: 'internal',
    advice: 'This is a fault of the software: please report it with the command and the code.',
  },
} as const satisfies Record<string, CodeEntry>;

export type ErrorCode = keyof typeof errorCodes;
