package ledger

import (
	"context"
	"fmt"
	"slices"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// Account is an account of the Chinese chart (企业会计准则应用指南, annex of
// accounts).
type Account int64

// The accounts that Linli posts to.
const (
	Cash          Account = 1001 // 库存现金
	Bank          Account = 1002 // 银行存款
	Clearing      Account = 1012 // 其他货币资金 (held by payment channels until they settle)
	Receivable    Account = 1122 // 应收账款
	Prepaid       Account = 2203 // 预收账款 (预存)
	Deposit       Account = 2241 // 其他应付款 (押金)
	Opening       Account = 4104 // 利润分配 (未分配利润: what earlier books took in as revenue, against 期初欠费)
	Revenue       Account = 6001 // 主营业务收入
	OtherRevenue  Account = 6051 // 其他业务收入
	FinancialCost Account = 6603 // 财务费用 (手续费)

	Allowance   Account = 600102 // 主营业务收入—折让 (抹零: what the counter lets go so that cash comes in whole 角 or 元)
	PublicFund  Account = 224102 // 其他应付款—公共收益 (money of the owners, 民法典 282)
	Suspense    Account = 224103 // 其他应付款—待查款项 (money that came and nobody knows yet from whom)
	MainCost    Account = 6401   // 主营业务成本
	OtherCost   Account = 6402   // 其他业务成本
	Taxes       Account = 6403   // 税金及附加
	SellingCost Account = 6601   // 销售费用
	AdminCost   Account = 6602   // 管理费用
)

// Incomes are the accounts of what the company earns.
func Incomes() []Account { return []Account{Revenue, OtherRevenue, Allowance} }

// Costs are the accounts of what the company spends.
func Costs() []Account {
	return []Account{MainCost, OtherCost, Taxes, SellingCost, AdminCost, FinancialCost}
}

// Income reports whether the account is income of the company.
func (a Account) Income() bool { return slices.Contains(Incomes(), a) }

// Liability reports whether the account is what the company owes, so that its
// credit side is what people call more.
func (a Account) Liability() bool {
	return a == Prepaid || a == Deposit || a == PublicFund || a == Suspense
}

// Cost reports whether the account is an expense of the company.
func (a Account) Cost() bool { return slices.Contains(Costs(), a) }

// Name is the Chinese name of the account, or "" for a number not in the chart.
func (a Account) Name() string {
	switch a {
	case Cash:
		return "库存现金"
	case Bank:
		return "银行存款"
	case Clearing:
		return "其他货币资金"
	case Receivable:
		return "应收账款"
	case Prepaid:
		return "预收账款"
	case Deposit:
		return "其他应付款"
	case Opening:
		return "利润分配"
	case Revenue:
		return "主营业务收入"
	case OtherRevenue:
		return "其他业务收入"
	case FinancialCost:
		return "财务费用"
	case Allowance:
		return "主营业务收入—折让"
	case PublicFund:
		return "其他应付款—公共收益"
	case Suspense:
		return "其他应付款—待查款项"
	case MainCost:
		return "主营业务成本"
	case OtherCost:
		return "其他业务成本"
	case Taxes:
		return "税金及附加"
	case SellingCost:
		return "销售费用"
	case AdminCost:
		return "管理费用"
	}
	return ""
}

// DocKind says what kind of document a posting stems from. Numbers are stored;
// they never change.
type DocKind int

// The documents that post.
const (
	DocRun            DocKind = 1 // release of a billing run; Doc is the run
	DocRunWithdrawn   DocKind = 2 // withdrawal of a billing run; Doc is the run
	DocCharge         DocKind = 3 // a single charge released later; Doc is the charge
	DocChargeVoided   DocKind = 4 // a single charge taken back; Doc is the charge
	DocReceipt        DocKind = 5 // a receipt; Doc is the receipt
	DocReceiptVoided  DocKind = 6 // a receipt made void; Doc is the receipt
	DocWalletDeducted DocKind = 7 // prepaid money used for charges without a person; Doc is the charge

	DocRefundHeld  DocKind = 45 // prepaid money set aside while a channel gives it back; Doc is the channel's refund; posts nothing
	DocRefundFreed DocKind = 46 // the same given back to the payer, because the channel did not

	DocChannelFee DocKind = 47 // what a channel kept for its service by the bill of a day; Doc is the fee

	DocWaiver DocKind = 40 // a charge waived in part or whole by an approved document; Doc is the waiver

	DocCredit     DocKind = 41 // a part of a charge taken off, because it was computed too high; Doc is the charge
	DocCreditBack DocKind = 42 // the same taken back
	DocOverpaid   DocKind = 43 // what was paid of it and now is prepaid; Doc is the correction
	DocOverBack   DocKind = 44 // the same taken back

	DocTransfer       DocKind = 20 // prepaid money that goes along when a room changes hands; Doc is the transfer; posts nothing
	DocTransferUndone DocKind = 21 // the same taken back

	DocExpense       DocKind = 60 // an approved expense, or income of the common parts; Doc is the document, Item its category
	DocExpenseVoided DocKind = 61 // the same reversed; Doc is the document

	DocBankHeld     DocKind = 70 // money of a bank statement that nobody knows from whom; Doc is the row
	DocBankFreed    DocKind = 71 // the same no longer held, because a receipt takes it or the row was put otherwise; Doc is the row
	DocBankReturned DocKind = 72 // the same sent back; Doc is the row

	DocBankMoved     DocKind = 73 // cash brought to the bank, or what a channel has settled; Doc is the row of the statement
	DocBankMovedBack DocKind = 74 // the same taken back; Doc is the row

	DocDeposit DocKind = 30 // a part of a deposit that became income; Doc is its movement
)

// Posting is one double entry. The project is given beside it.
type Posting struct {
	DocKind DocKind
	Doc     id.ID
	Date    clock.Date
	Debit   Account
	Credit  Account
	Amount  money.Fen // always positive
	Subject id.ID     // the thing charged for (room), or 0
	Item    id.ID     // the fee item, or 0
}

func (p *Posting) check() error {
	if p.Amount <= 0 || p.Debit == p.Credit || p.Debit.Name() == "" || p.Credit.Name() == "" ||
		p.Doc == 0 || p.DocKind <= 0 || p.Date == 0 {
		return ErrPosting.Because(fmt.Errorf("%+v", *p))
	}
	return nil
}

// PostRows writes n postings in bulk. fill sets posting i; the posting is
// reused, and is zero at each call. Error: ErrPosting.
func (s *Service) PostRows(ctx context.Context, tx *db.Tx, project id.ID, n int, fill func(i int, p *Posting) error) error {
	if project == 0 {
		return ErrPosting.Because(fmt.Errorf("no project"))
	}
	if n == 0 {
		return nil
	}
	days, err := copyPostings(ctx, tx, project, n, fill)
	if err == nil {
		err = days.settle(ctx, tx, project)
	}
	if err != nil {
		return fmt.Errorf("post: %w", err)
	}
	return nil
}

// PostAlike writes n postings of one document, day, item and pair of accounts,
// given by form; fill sets Amount (fen, above zero) and Subject of posting i.
// It is the way of bulk commands.
func (s *Service) PostAlike(ctx context.Context, tx *db.Tx, project id.ID, form Posting, n int, fill func(i int, p *Posting) error) error {
	if n == 0 {
		return nil
	}
	days, err := copyAlike(ctx, tx, project, form, n, fill)
	if err == nil {
		err = days.settle(ctx, tx, project)
	}
	if err != nil {
		return fmt.Errorf("post rows: %w", err)
	}
	return nil
}

// Post writes a few postings. Error: ErrPosting.
func (s *Service) Post(ctx context.Context, tx *db.Tx, project id.ID, postings []Posting) error {
	return s.PostRows(ctx, tx, project, len(postings), func(i int, p *Posting) error {
		*p = postings[i]
		return nil
	})
}

// reverseBatch bounds the memory of reversing a whole billing run.
const reverseBatch = 5000

// Reverse posts the opposite of everything posted under (kind, doc), as the
// document (asKind, asDoc) on date. Nothing posted reverses to nothing. The
// caller's document state guards against reversing twice.
func (s *Service) Reverse(ctx context.Context, tx *db.Tx, project id.ID, kind DocKind, doc id.ID, asKind DocKind, asDoc id.ID, date clock.Date) error {
	if kind == asKind && doc == asDoc {
		return ErrPosting.Because(fmt.Errorf("reverse %d/%d onto itself", kind, doc))
	}
	var after id.ID
	for {
		rows, err := postingsOf(ctx, tx, project, kind, doc, after, reverseBatch)
		if err != nil {
			return fmt.Errorf("reverse: %w", err)
		}
		err = s.PostRows(ctx, tx, project, len(rows), func(i int, p *Posting) error {
			*p = rows[i].Posting
			p.DocKind, p.Doc, p.Date = asKind, asDoc, date
			p.Debit, p.Credit = p.Credit, p.Debit
			return nil
		})
		if err != nil {
			return fmt.Errorf("reverse: %w", err)
		}
		if len(rows) < reverseBatch {
			return nil
		}
		after = rows[len(rows)-1].ID
	}
}

// Row is a stored posting.
type Row struct {
	ID id.ID
	Posting
}

// ByDoc reads what a document posted, oldest first, at most 1,000 rows.
func (s *Service) ByDoc(ctx context.Context, q db.Q, project id.ID, kind DocKind, doc id.ID) ([]Row, error) {
	rows, err := postingsOf(ctx, q, project, kind, doc, 0, 1000)
	if err != nil {
		return nil, fmt.Errorf("postings of document: %w", err)
	}
	return rows, nil
}

// Balances sums every account (debit minus credit, in fen) up to and including
// the date; date 0 means all. Summed over all accounts it is zero.
func (s *Service) Balances(ctx context.Context, q db.Q, project id.ID, upTo clock.Date) (map[Account]money.Fen, error) {
	m, err := balances(ctx, q, project, upTo)
	if err != nil {
		return nil, fmt.Errorf("balances: %w", err)
	}
	return m, nil
}

// NextNumber takes the next number of a document series: 1, 2, 3 … per project,
// series and year, without gap or repeat. It locks the series until the end of
// the transaction and a rolled-back transaction gives its number back, so it
// is taken late, after every lock on subjects and orders.
func (s *Service) NextNumber(ctx context.Context, tx *db.Tx, project id.ID, series string, year int) (int64, error) {
	return s.nextNumbers(ctx, tx, project, series, year, 1)
}

// nextNumbers takes n numbers and answers the first of them.
func (s *Service) nextNumbers(ctx context.Context, tx *db.Tx, project id.ID, series string, year, n int) (int64, error) {
	if project == 0 || series == "" || year < 1900 || year > 2100 || n < 1 {
		return 0, ErrPosting.Because(fmt.Errorf("%d of series %q of project %d in year %d", n, series, project, year))
	}
	last, err := bumpSeries(ctx, tx, project, series, year, n)
	if err != nil {
		return 0, fmt.Errorf("next number of %s: %w", series, err)
	}
	return last - int64(n) + 1, nil
}

// Broken lists the postings of a project that break the rules of the book, as
// sentences for the operator; none is what should be. It finds what was written
// past this room: the room itself refuses such rows.
func (s *Service) Broken(ctx context.Context, project id.ID) ([]string, error) {
	var out []string
	for _, check := range []func(context.Context, db.Q, id.ID) ([]string, error){brokenPostings, brokenDays, brokenMonths} {
		found, err := check(ctx, s.db.Reader(ctx), project)
		if err != nil {
			return nil, fmt.Errorf("check postings: %w", err)
		}
		out = append(out, found...)
	}
	return out, nil
}
