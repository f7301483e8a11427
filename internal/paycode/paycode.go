// Package paycode is the resident's own pay QR 专属缴费二维码: a code on paper
// that opens the bill of one room and the messages about it without login, with
// masked data, and takes money through the channels of the project. A code belongs to a room and the
// payer it was made for, and ends with either. Beside it stands the code on the
// paper of a receipt, which opens what became of that receipt and nothing else.
// Floor 8. Uses: audit, notify, estate, payment, billing, cashier.
package paycode

import (
	"context"
	"embed"
	"html/template"
	"io/fs"

	"linli/internal/audit"
	"linli/internal/billing"
	"linli/internal/cashier"
	"linli/internal/estate"
	"linli/internal/kit/actor"
	"linli/internal/kit/crypt"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/notify"
	"linli/internal/payment"
)

//go:embed migrations/*.sql
var files embed.FS

//go:embed sheet.html
var sheetPage string

// Migrations are the room's tables.
func Migrations() db.Migrations {
	sub, err := fs.Sub(files, "migrations")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return db.Migrations{Room: "paycode", FS: sub}
}

// PermManage is the right to make, renew and end codes.
const PermManage actor.Permission = "paycode.manage"

// What is refused.
var (
	// ErrGone is one answer for codes that never were and codes that have ended.
	ErrGone    = fault.New(fault.NotFound, "paycode_gone", "认不出这张缴费二维码，请核对网址或再扫一次；仍不行，请向物业服务中心要一张新的")
	ErrTooMany = fault.New(fault.TooMany, "paycode_too_many", "打开得太频繁，请过几分钟再试，或到服务中心缴费")
	ErrChanged = fault.New(fault.Conflict, "paycode_changed", "应缴金额刚有变动，请看过新的金额再付")
	ErrBusy    = fault.New(fault.Conflict, "paycode_counter_busy", "服务中心正在为这户收款，请过几分钟再看")
	ErrPaying  = fault.New(fault.Conflict, "paycode_paying", "这户有一笔正在付款，请先付完或取消")
	ErrNothing = fault.New(fault.Conflict, "paycode_nothing", "这户没有待缴的费用")
	ErrReason  = fault.New(fault.Invalid, "paycode_reason", "请写明停用的原因，最多 200 个字")
)

// Deps are what the room stands on. Address is where the world reaches this
// server; Public says that somebody has set it, so that paper may carry it.
// Company is the name printed on paper; nil or an empty name prints none.
type Deps struct {
	DB      *db.DB
	Audit   *audit.Service
	Ring    *crypt.Ring
	Notify  *notify.Service
	Estate  *estate.Service
	Payment *payment.Service
	Billing *billing.Service
	Cashier *cashier.Service
	Address func() string
	Public  bool
	Company func(ctx context.Context) (string, error)
}

// Service is the room.
type Service struct {
	Deps
	sheet  *template.Template
	limits *limits
}

// New builds the room.
func New(d Deps) *Service {
	return &Service{Deps: d, sheet: template.Must(template.New("sheet").Parse(sheetPage)), limits: newLimits(d.DB.Clock())}
}
