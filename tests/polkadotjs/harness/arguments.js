// Sensible arguments of every message, as a user writes them: in the plain form, which polkadot.js takes as it is.

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const ALICE = '5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY';
const BOB = '5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty';
const NOW = 1_800_000_000_000;
const UNIT = '1000000000000';
const HASH = `0x${'a5'.repeat(32)}`;
const text = (words) => `0x${Buffer.from(words).toString('hex')}`;

const terms = {
  interval_ms: HOUR,
  window_ms: 60_000,
  samples: 3,
  slash_bps: 1_000,
  max_misses: 3,
  collateral_bps: 20_000,
  uptime_bps: 9_990,
  latency_ms: 200,
  notice_ms: DAY,
  exit_bps: 2_500,
  maintenance_ms: 4 * HOUR,
};
const node = {
  region: 276,
  state: 'Draining',
  endpoint: text('https://node.example'),
  engine: text('s3'),
  version: text('1.2.0'),
};
const unit = {
  kind: 'ObjectStore',
  capacity: 500,
  price: '20000000000',
  currency: 'Token',
  terms,
  min_term_ms: DAY,
  max_term_ms: 365 * DAY,
  open: true,
  tags: text('ssd, raid'),
};
const cluster = {
  kind: 'Delivery',
  price: '15000',
  currency: 'MicroUsd',
  terms,
  fee_bps: 1_000,
  open: true,
  parameters: text('{"zone":"west"}'),
  observers: [ALICE, BOB],
};
const replica = { unit: 7, root: HASH, chunks: 1_048_576 };
const order = {
  replicas: [replica, { unit: 0, root: `0x${'00'.repeat(32)}`, chunks: 0 }],
  capacity: 10,
  term_ms: 30 * DAY,
  challenger: BOB,
  referrer: null,
  manifest: text('manifest'),
  max_price: UNIT,
  choice: { cluster: 3, region: 276, together: false },
};
const filter = {
  kind: 'Compute',
  region: 840,
  capacity: 1,
  max_price: '0',
  term_ms: 7 * DAY,
  cluster: null,
  min_score: 5_000,
};
const proof = { chunk: text('a chunk'), path: [HASH, `0x${'00'.repeat(32)}`] };
const response = { placement: 9, round: 41, proofs: [proof, proof] };
const config = {
  network_fee_bps: 200,
  referral_bps: 50,
  reporter_bps: 1_000,
  accept_ms: DAY,
  activate_ms: 7 * DAY,
  score_unit: 1_000_000_000_000,
};

/** By the name of the message; where an argument is an enum with fields, once for each variant. */
export const ARGUMENTS = {
  deposit: [{}],
  deposit_for: [{ account: BOB }],
  withdraw: [{ amount: '340282366920938463463374607431768211455' }],
  account: [{ account: ALICE }],
  solvency: [{}],
  set_provider: [{ profile: text('Bob’s disks'), delegate: ALICE }, { profile: '0x', delegate: null }],
  set_trust: [{ manager: BOB, trusts: true }],
  provider: [{ provider: BOB }],
  trusts: [{ provider: ALICE, manager: BOB }],
  register_node: [{ spec: node }],
  update_node: [{ node: 2, spec: node }],
  retire_node: [{ node: 2 }],
  node: [{ node: 2 }],
  register_unit: [{ node: 2, spec: unit }],
  update_unit: [{ unit: 7, spec: unit }],
  retire_unit: [{ unit: 7 }],
  data_unit: [{ unit: 7 }],
  find_data_units: [{ filter, cursor: 0, limit: 35 }],
  quote: [
    { unit: 7, capacity: 10, term_ms: 30 * DAY, cluster: 3 },
    { unit: 7, capacity: 1, term_ms: DAY, cluster: null },
  ],
  create_cluster: [{ spec: cluster }],
  update_cluster: [{ cluster: 3, spec: cluster }],
  set_member: [{ cluster: 3, unit: 7, capacity: 100 }],
  distribute: [{ cluster: 3 }],
  claim: [{ cluster: 3, provider: BOB }],
  cluster: [{ cluster: 3 }],
  share: [{ cluster: 3, provider: BOB }],
  register_challenger: [{ interval_ms: HOUR, window_ms: 60_000 }],
  open_round: [{ seed: HASH }],
  challenger: [{ challenger: ALICE }],
  challenge: [{ placement: 9 }],
  prove: [{ responses: [response, { placement: 10, round: 1, proofs: [] }] }],
  check_proof: [{ response }],
  report_miss: [{ placement: 9 }],
  reserve: [{ order }, { order: { ...order, challenger: null, referrer: ALICE, choice: null } }],
  reservation: [{ reservation: 4 }],
  cancel: [{ reservation: 4, slot: 19 }, { reservation: 4, slot: null }],
  terminate: [{ reservation: 4, slot: 0 }, { reservation: 4, slot: null }],
  extend: [{ reservation: 4, ms: 30 * DAY, max_price: UNIT }],
  resize: [{ reservation: 4, capacity: 20, max_price: UNIT }],
  replace: [{ reservation: 4, slot: 1, replica, max_price: UNIT }],
  close: [{ reservation: 4 }],
  set_auto_renew: [{ reservation: 4, up_to: UNIT }],
  renew: [{ placement: 9 }],
  set_access: [
    { reservation: 4, account: BOB, access: 'Reader' },
    { reservation: 4, account: BOB, access: 'Writer' },
    { reservation: 4, account: BOB, access: null },
  ],
  placement: [{ placement: 9 }],
  accept: [{ placement: 9 }],
  decline: [{ placement: 9 }],
  activate: [{ placement: 9 }],
  commit_data: [{ placement: 9, root: HASH, chunks: 11 }],
  committed_data: [{ placement: 9 }],
  accept_data: [{ placement: 9, root: HASH, chunks: 11 }],
  settle: [{ placement: 9 }],
  settle_many: [{ placements: [1, 2, 300] }, { placements: [] }],
  withdraw_placement: [{ placement: 9, max_fee: UNIT }],
  exit_fee: [{ placement: 9 }],
  funded_until: [{ reservation: 4 }],
  next_action_at: [{ placement: 9 }],
  list: [
    { Reservations: ALICE },
    { Placements: ALICE },
    { Nodes: BOB },
    { Units: 2 },
    { UnitPlacements: 7 },
    { Clusters: BOB },
    { Members: 3 },
    { ClusterReservations: 3 },
  ].map((list) => ({ list, cursor: 50, limit: 50 })),
  offer: ['Admin', { Reservation: 4 }, { Cluster: 3 }].map((what) => ({ what, to: BOB })),
  take_over: ['Admin', { Reservation: 4 }, { Cluster: 3 }].map((what) => ({ what })),
  settings: [{}],
  configure: [{ config, treasury: BOB }],
  set_paused: [{ paused: true }],
  set_role: ['Pauser', 'PriceFeed', 'Observer', 'Arbiter'].map((role) => ({ account: BOB, role, held: true })),
  set_rate: [{ per_usd: UNIT, at: NOW }],
  announce_upgrade: [{ code_hash: HASH }, { code_hash: null }],
  upgrade: [{}],
  collect_fees: [{}],
  set_maintenance: [{ unit: 7, window: { from: NOW + DAY, until: NOW + DAY + HOUR } }, { unit: 7, window: null }],
  service: [{ unit: 7 }],
  report_quality: [{ day: 20_832, observations: [{ unit: 7, uptime_bps: 9_995, latency_ms: 120 }] }],
  rate: [{ placement: 9, stars: 5 }],
  score: [{ Provider: BOB }, { Unit: 7 }].map((subject) => ({ subject })),
  sla: [{ placement: 9 }],
  open_dispute: [{ placement: 9, fact_at: NOW - DAY, evidence: HASH, max_bond: UNIT }],
  answer_dispute: [{ placement: 9, answer: HASH }],
  decide_dispute: [{ placement: 9, to_consumer_bps: 5_000, opinion: HASH }],
};
