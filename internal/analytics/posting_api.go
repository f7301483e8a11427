package analytics

import (
	"context"

	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
	"linli/internal/kit/web"
	"linli/internal/ledger"
)

type postingJSON struct {
	ID         id.ID          `json:"id"`
	Date       clock.Date     `json:"date" doc:"记账日期"`
	Kind       string         `json:"kind" enum:"run,charge,receipt,waiver,deposit,expense,amendment,bank,fee,other" doc:"单据"`
	KindName   string         `json:"kind_name"`
	Doc        id.ID          `json:"doc_id" doc:"单据编号"`
	Room       id.ID          `json:"room_id" doc:"没有房屋为空"`
	RoomLabel  string         `json:"room_label"`
	Item       id.ID          `json:"item_id"`
	ItemName   string         `json:"item_name"`
	Debit      ledger.Account `json:"debit"`
	DebitName  string         `json:"debit_name"`
	Credit     ledger.Account `json:"credit"`
	CreditName string         `json:"credit_name"`
	Amount     money.Fen      `json:"amount" doc:"分"`
	Signed     money.Fen      `json:"signed" doc:"对所看科目的影响：收入、负债科目贷为正，其余借为正；没有选科目时为发生额，分"`
}

func kindWord(k ledger.DocKind) string {
	switch k {
	case ledger.DocRun, ledger.DocRunWithdrawn:
		return "run"
	case ledger.DocCharge, ledger.DocChargeVoided, ledger.DocWalletDeducted, ledger.DocCredit, ledger.DocCreditBack:
		return "charge"
	case ledger.DocReceipt, ledger.DocReceiptVoided:
		return "receipt"
	case ledger.DocWaiver:
		return "waiver"
	case ledger.DocDeposit:
		return "deposit"
	case ledger.DocExpense, ledger.DocExpenseVoided:
		return "expense"
	case ledger.DocOverpaid, ledger.DocOverBack:
		return "amendment"
	case ledger.DocBankHeld, ledger.DocBankFreed, ledger.DocBankReturned, ledger.DocBankMoved, ledger.DocBankMovedBack:
		return "bank"
	case ledger.DocChannelFee:
		return "fee"
	}
	return "other"
}

type postingsIn struct {
	Project id.ID `path:"project"`
	page.Request
	Account int64    `query:"account" minimum:"0" doc:"科目，借贷任一方"`
	Group   string   `query:"group" enum:"income,cost,result" doc:"一类科目，代替 account：income 收入，cost 支出，result 收入减支出"`
	Kind    string   `query:"kind" enum:"receipt" doc:"只看一种单据：receipt 收据和收据作废"`
	Tax     string   `query:"tax" pattern:"^([0-9]{1,5}s?)?$" doc:"只看凭证按这个税率分离的收入：税率的万分数，简易计税后面加 s，如 600、500s"`
	Item    id.ID    `query:"item_id" doc:"费用项目或支出类别"`
	None    bool     `query:"no_item" doc:"只看没有项目的"`
	From    web.Date `query:"from" doc:"记账日期起，含"`
	Until   web.Date `query:"until" doc:"记账日期止，含"`
	Count   bool     `query:"count" doc:"true 时给出全部结果的合计"`
}

type postingsOut struct {
	Body struct {
		page.List[postingJSON]
		Totals *postingSumJSON `json:"totals,omitempty" doc:"全部结果的合计，count=true 时才有"`
	}
}

type postingSumJSON struct {
	Count  int64     `json:"count" doc:"条数"`
	Signed money.Fen `json:"signed" doc:"对所看科目的影响，没有选科目时为发生额，分；等于报表里的数"`
}

// seen are the accounts that somebody looks at.
func (in *postingsIn) seen() []ledger.Account {
	switch {
	case in.Group == "income":
		return ledger.Incomes()
	case in.Group == "cost":
		return ledger.Costs()
	case in.Group == "result":
		return append(ledger.Incomes(), ledger.Costs()...)
	case in.Account != 0:
		return []ledger.Account{ledger.Account(in.Account)}
	}
	return nil
}

// signed is what a posting is to accounts as people read them: income and
// liabilities grow on the credit side, and so does income less cost. Seen whole,
// the book has only amounts.
func (in *postingsIn) signed(p *ledger.Posting) money.Fen {
	var sum money.Fen
	seen := in.seen()
	if len(seen) == 0 {
		return p.Amount
	}
	for _, a := range seen {
		if a.Income() || a.Liability() || in.Group == "result" {
			sum -= p.Received(a)
		} else {
			sum += p.Received(a)
		}
	}
	return sum
}

// totals are the sums of days, or of months where no filter needs the days.
func (s *Service) totals(ctx context.Context, q db.Q, project id.ID, f *ledger.Filter, until clock.Date) ([]ledger.DayTotal, error) {
	if f.Spans != nil {
		return s.ledger.Days(ctx, q, project, f.From, until)
	}
	list, err := s.ledger.Totals(ctx, q, project, f.From, until)
	out := make([]ledger.DayTotal, len(list))
	for i := range list {
		out[i].Total = list[i]
	}
	return out, err
}

// sumPostings adds up every posting of a filter, from the sums of days.
func (s *Service) sumPostings(ctx context.Context, q db.Q, in *postingsIn, f *ledger.Filter) (*postingSumJSON, error) {
	until := f.Until
	if until == 0 {
		until = clock.Date(99991231)
	}
	list, err := s.totals(ctx, q, in.Project, f, until)
	if err != nil {
		return nil, err
	}
	var sum postingSumJSON
	for i := range list {
		t := &list[i]
		if f.Has(t) {
			sum.Count += t.Postings
			sum.Signed += in.signed(&ledger.Posting{Debit: t.Debit, Credit: t.Credit, Amount: t.Amount})
		}
	}
	return &sum, nil
}

func (s *Service) apiPostings(ctx context.Context, _ actor.Actor, in *postingsIn) (*postingsOut, error) {
	q := s.db.Reader(ctx)
	f := ledger.Filter{Request: in.Request, Accounts: in.seen(), From: in.From.Date, Until: in.Until.Date}
	if in.Kind == "receipt" {
		f.Kinds = []ledger.DocKind{ledger.DocReceipt, ledger.DocReceiptVoided}
	}
	if in.Item != 0 || in.None {
		f.Item = &in.Item
	}
	if in.Tax != "" {
		spans, err := s.rated(ctx, q, in.Project, in.Tax, f.From, f.Until)
		if err != nil {
			return nil, err
		}
		f.Spans = spans
	}
	list, err := s.ledger.Postings(ctx, q, in.Project, f)
	if err != nil {
		return nil, err
	}
	names, err := s.names(ctx, q, in.Project)
	if err != nil {
		return nil, err
	}
	rooms := make([]id.ID, 0, len(list.Items))
	for _, p := range list.Items {
		if p.Subject != 0 {
			rooms = append(rooms, p.Subject)
		}
	}
	labels, err := s.estate.Labels(ctx, q, in.Project, rooms)
	if err != nil {
		return nil, err
	}
	out := &postingsOut{}
	out.Body.Items, out.Body.Next = []postingJSON{}, list.Next
	for i := range list.Items {
		p := &list.Items[i]
		j := postingJSON{ID: p.ID, Date: p.Date, Kind: kindWord(p.DocKind), KindName: p.DocKind.Name(), Doc: p.Doc, Room: p.Subject, RoomLabel: labels[p.Subject],
			Item: p.Item, ItemName: names[p.Item], Debit: p.Debit, DebitName: p.Debit.Name(), Credit: p.Credit, CreditName: p.Credit.Name(), Amount: p.Amount,
			Signed: in.signed(&p.Posting)}
		out.Body.Items = append(out.Body.Items, j)
	}
	if in.Count {
		out.Body.Totals, err = s.sumPostings(ctx, q, in, &f)
	}
	return out, err
}
