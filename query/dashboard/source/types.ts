// What the API answers (schemas/openapi.yaml), as far as the pages read it. A field that is absent
// is not known or does not apply.

export interface Hole {
  after?: string;
  before?: string;
}

export interface PartitionAsOf {
  partition: number;
  time: string | null;
  lag?: number;
  complete_at?: string;
  holes?: Hole[];
}

export interface AsOf {
  time: string | null;
  lag?: number;
  complete_at?: string;
  partitions: PartitionAsOf[];
  missing?: number[];
}

export interface Reply {
  code: number;
  enhanced?: string;
  text?: string;
}

export interface Entry {
  time: string;
  partition: number;
  index: number;
  kind: string;
  alias?: string;
  sender?: string;
  target?: string;
  message_id?: string;
  delivery_id?: string;
  reply?: Reply;
  by?: string;
  rule?: string;
  stage?: string;
  bounce_class?: string;
  status?: string;
  diagnostic?: string;
  rfc5322_message_id?: string;
  reported_delivery_id?: string;
  size?: number;
}

export interface History {
  address: string;
  role: string;
  as_of: AsOf;
  entries: Entry[];
  next_cursor?: string;
}

// Of a search for what events say.
export interface EventsPage {
  as_of: AsOf;
  entries: Entry[];
  next_cursor?: string;
}

export interface Aliases {
  aliases: string[];
  more: boolean;
  as_of: AsOf;
}

export interface Tls {
  version?: string;
  cipher?: string;
  verified_name?: string;
  verified_by?: string;
}

export interface NextHop {
  mx_host?: string;
  ip?: string;
  port?: number;
  tls?: Tls;
  tls_failure?: string;
  login?: string;
}

export interface Authentication {
  method?: string;
  result?: string;
  domain?: string;
  reason?: string;
}

export interface AcceptedBody {
  helo?: string;
  tls?: Tls;
  recipient?: string;
  size?: number;
  rfc5322_message_id?: string;
  subject?: string;
  header_from?: string;
  authentication?: Authentication[];
  originator_verified?: boolean;
  originator_reason?: string;
  route?: string;
  targets?: { delivery_id?: string; target?: string }[];
}

// Of a forwarded, rejected, deferred, dropped, bounced or in-doubt event: what any of them has.
export interface OutcomeBody {
  target?: string;
  recipient?: string;
  next_hop?: NextHop;
  reply?: Reply;
  rule?: string;
  by?: string;
  stage?: string;
  command?: string;
  bounce_until?: string;
  known?: string;
  sessions?: number;
  class?: string;
  status?: string;
  diagnostic_code?: string;
  reporting_mta?: string;
  remote_mta?: string;
  handling?: string;
  handling_reason?: string;
  handed_on_to?: string;
  late?: boolean;
}

export interface Event {
  kind?: string;
  event_id?: string;
  occurred_at?: string;
  domain?: string;
  message_id?: string;
  delivery_id?: string;
  alias?: string;
  sender?: string;
  client_ip?: string;
  reported_delivery_id?: string;
  accepted?: AcceptedBody;
  forwarded?: OutcomeBody;
  rejected?: OutcomeBody;
  deferred?: OutcomeBody;
  dropped?: OutcomeBody;
  bounced?: OutcomeBody;
  in_doubt?: OutcomeBody;
  access?: { principal?: string; subject?: string };
}

export interface Delivery {
  delivery_id: string;
  message_id?: string;
  as_of: AsOf;
  state: string;
  alias?: string;
  domain?: string;
  sender?: string;
  target?: string;
  accepted_at?: string;
  changed_at?: string;
  story?: { time: string; step: string; text?: string }[];
  events: Event[];
}

export interface Message {
  message_id: string;
  as_of: AsOf;
  events: Event[];
  next_cursor?: string;
}

// /v1/messages/{id}/tree
export interface Tree {
  message_id: string;
  as_of: AsOf;
  next_cursor?: string;
  events: Event[];
  recipients: {
    events: Event[];
    deliveries: {
      events: Event[];
      reports: { bounced: Event[]; way_home: Event[] }[];
    }[];
  }[];
}

export interface Messages {
  rfc5322_message_id: string;
  as_of: AsOf;
  messages: { message_id: string; events: Event[] }[];
  next_cursor?: string;
}

export interface Counts {
  accepted?: number;
  forwarded?: number;
  rejected_by_policy?: number;
  rejected_by_next_hop?: number;
  deferred?: number;
  dropped?: number;
  bounced?: number;
  in_doubt?: number;
}

export interface Hour extends Counts {
  hour: string;
}

export interface Counters {
  domain: string;
  from: string;
  to: string;
  as_of: AsOf;
  hours: Hour[];
  total: Counts;
}

// As far as the table of next hops reads it.
export interface HopFigures {
  name: string;
  counts: {
    rejected_by_policy: number;
    rejected_by_next_hop: number;
    rejected_by_relay: number;
    deferred_by_policy: number;
    deferred_by_next_hop: number;
    deferred_by_relay: number;
    in_doubt: number;
  };
  asked?: number;
  took?: number;
  time_to_answer?: { count: number; p50_ms?: number; p95_ms?: number };
  says_most?: { rule: string; count: number };
  list?: string;
}

export interface Figures {
  from: string;
  to: string;
  rows: HopFigures[];
  names: number;
  as_of: AsOf;
}

export interface Readiness {
  ready: boolean;
  detail?: string;
  lag?: number;
  backlog?: number;
}

export interface FeedLine {
  cursor: string;
  event?: Event;
  progress?: { time: string; unread: number; lag?: number };
  gap?: { partition: number; from: number; to: number };
}

export interface Access {
  time: string;
  principal: string;
  name?: string;
  client_ip?: string;
  method?: string;
  route?: string;
  query?: string;
  subject?: string;
  reason?: string;
  status: number;
  rows: number;
  event_id?: string;
}

export interface AccessPage {
  accesses: Access[];
  as_of?: AsOf;
  next_cursor?: string;
}

export interface ExportJob {
  id: string;
  state: string;
  why?: string;
  principal: string;
  reason?: string;
  created_at: string;
  finished_at?: string;
  expires_at?: string;
  looked_at: number;
  of: number;
  count: number;
  octets: number;
  sha256?: string;
  format: string;
  packing: string;
  query: {
    domain?: string;
    address?: string;
    from?: string;
    to?: string;
    kind?: string[];
    class?: string[];
    [further: string]: string | string[] | undefined;
  };
  file_name: string;
  file?: string;
}

// Of a problem that is a group's answer.
export interface GroupProblem {
  code?: string;
  detail?: string;
  as_of?: AsOf;
}

export interface SearchGroup {
  title: string;
  target: string;
  status?: number;
  rows?: number;
  answer?: unknown;
}

export interface SearchQuery {
  canonical: string;
  pinned: string;
  sentence: string;
  chips: { label: string; text: string; query: string }[];
  offers: { label: string; query: string }[];
  notes: string[];
  export?: { target?: string };
}

export interface SearchAnswer {
  go_to?: string;
  query?: SearchQuery;
  groups?: SearchGroup[];
}
