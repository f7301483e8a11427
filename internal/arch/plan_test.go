// Package arch holds the plan of docs/architecture.md against the code: floors,
// who may import whom, where SQL and HTTP live, what no package may do. Each
// rule is one subtest and says how to mend what it found; testdata plants at
// least one violation of each, so that no rule can fall silent.
package arch

// floors is the building plan: a room imports only lower floors and the kit.
// A new room gets its line here in the same commit.
var floors = map[string]int{
	"audit": 1, "notify": 1, "file": 1, "ledger": 1,
	"identity": 2, "estate": 2,
	"roster": 3,
	"lease":  4, "tariff": 4, "meter": 4, "equipment": 4, "access": 4, "community": 4, "expense": 4, "dictionary": 4, "stock": 4, "payment": 4,
	"billing": 5, "reconcile": 5,
	"latefee": 6, "adjust": 6, "correction": 6, "trial": 6, "sharedcost": 6,
	"cashier": 7, "dunning": 7, "feebundle": 7, "careplan": 7,
	"invoice": 8, "workorder": 8, "parking": 8, "market": 8, "paycode": 8, "deduct": 8, "shift": 8, "deposit": 8, "bank": 8, "card": 8, "termination": 8, "series": 8,
	"analytics": 9, "crm": 9, "privacy": 9,
	"screen": 10,
}

// never are imports that the floors would allow and the law or the plan does
// not: a debt must never shut a door.
var never = map[string][]string{
	"billing": {"access"},
	"crm":     {"access"},
}

// sockets are the rooms that a package of the street may import, because it
// fills an interface declared there.
var sockets = map[string]bool{"payment": true, "notify": true, "access": true, "identity": true, "equipment": true, "meter": true, "invoice": true}

// wideRooms have outgrown the limit of rooms; docs/adr/0005-wide-rooms.md
// says why they were not cut at once and where the cut goes.
var wideRooms = map[string]int{"estate": 6650, "billing": 9150, "cashier": 7960}

// moneyRooms compute in integers only.
var moneyRooms = map[string]bool{
	"internal/ledger": true, "internal/payment": true, "internal/reconcile": true, "internal/tariff": true, "internal/tariff/formula": true, "internal/billing": true, "internal/latefee": true, "internal/latefee/penalty": true, "internal/billing/opening": true,
	"internal/cashier": true, "internal/deposit": true, "internal/adjust": true, "internal/correction": true, "internal/trial": true, "internal/sharedcost": true, "internal/bank": true, "internal/card": true, "internal/termination": true, "internal/feebundle": true, "internal/invoice": true, "internal/kit/money": true,
}

// moved are tables that belong to a room cut out of another one. They keep the
// name, and the migrations, of the room they were made in, so that databases of
// before the cut are the same as those of after it; only the new room names them.
var moved = map[string]string{
	"cashier_deposit": "deposit", "cashier_deposit_entry": "deposit",
	"cashier_bank_row": "bank",
	"cashier_shift":    "shift", "cashier_shift_sum": "shift", "cashier_count": "shift",
	"payment_statement": "reconcile", "payment_bill_line": "reconcile", "payment_difference": "reconcile", "payment_fee": "reconcile",
	"estate_import": "roster", "estate_import_error": "roster", "estate_import_step": "roster", "estate_kept": "roster",
	"billing_item": "tariff", "billing_rate": "tariff", "billing_assignment": "tariff", "billing_discount": "tariff", "billing_discount_photo": "tariff",
	"billing_shared": "sharedcost", "billing_shared_part": "sharedcost",
	"billing_late_terms": "latefee", "billing_lpr": "latefee", "billing_waiver": "latefee",
}

// published are tables that higher rooms may read and join, but not write,
// where a table made today would have a view room_pub_noun.
var published = map[string]bool{"billing_item": true}

// installationTables have no project: accounts and what hangs on them, and the
// tables of the kit. On a cluster they are reference or local tables.
var installationTables = map[string]bool{
	"identity_account": true, "identity_grant": true, "identity_grant_building": true, "identity_session": true, "identity_setting": true,
	"identity_attempt": true, "identity_contact": true, "identity_code": true, "identity_node": true,
	"identity_role": true, "identity_totp": true, "identity_recovery": true, "identity_notice": true, "identity_look": true,
	"kit_answer": true, "kit_job": true, "kit_schedule": true, "kit_node": true, "kit_key": true,
}

// publicOperations need no session.
var publicOperations = map[string]bool{
	"read-setup": true, "run-setup": true, "sign-in": true, "read-recovery": true, "ask-recovery": true, "confirm-recovery": true,
	// They believe signatures; their address holds a token that embeds the project.
	"wechat-callback": true, "alipay-callback": true,
	// Their address holds the token of a pay code, which embeds the project.
	"pay-bill": true, "pay-explain": true, "pay-order": true, "pay-order-one": true, "pay-order-cancel": true, "pay-who": true,
	"pay-messages": true, "pay-message-open": true,
	// Its address holds the token on the paper of a receipt, which embeds the project.
	"receipt-proof": true,
}

// anySignedIn are operations without a permission of their own: everybody who
// is signed in may call them, on his own account, and who sees a project sees
// its home page, which shows what his permissions allow.
var anySignedIn = map[string]bool{
	"read-session": true, "sign-out": true, "change-password": true, "read-home": true,
	"start-totp": true, "confirm-totp": true, "remove-totp": true, "renew-recovery-codes": true, "list-notices": true,
	"list-own-contacts": true, "ask-own-contact": true, "confirm-own-contact": true, "remove-own-contact": true,
	// It answers for the projects whose reports the person may see.
	"report-projects": true,
}

// wallClock may read the machine's clock: the clock itself and what measures
// how long something took. A path ending in "/" is a folder.
var wallClock = []string{
	"internal/kit/clock/", "internal/kit/dbtest/", "internal/kit/webtest/", "internal/kit/web/middleware.go",
	"bench/", "cmd/", "drive/",
}

// rootContext may begin a context: the process itself and the test kits.
var rootContext = []string{"cmd/", "internal/kit/dbtest/", "internal/kit/webtest/"}

// foreignState are the assignments to another package's variables that a
// library forces on us.
var foreignState = map[string]string{
	"internal/kit/web/problem.go": "huma keeps its error constructor and messages in package variables",
}

// jsonByTrade are rules whose subject is JSON itself.
var jsonByTrade = map[string]string{
	"internal/audit/entry.go":       "the sealed form of an entry is canonical JSON",
	"internal/meter/signal_read.go": "what remote meters send is JSON, and each project says which fields of it",
}

// above are packages over app that only cmd uses: a made-up company, the
// measurements and the drive, all by the product's own commands.
var above = map[string]bool{"demo": true, "bench": true, "drive": true}

// sqlOutsideStores are kit packages whose business is SQL, test kits, and the
// measurements, which write the same rows by hand to compare.
var sqlOutsideStores = []string{"bench/", "internal/kit/db/", "internal/kit/job/", "internal/kit/web/", "internal/kit/dbtest/", "internal/kit/webtest/"}

// Limits of rule 8.
const (
	maxFileLines    = 400
	maxFuncLines    = 60
	maxRoomLines    = 6000
	maxDependencies = 30
)
