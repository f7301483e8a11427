package analytics

import (
	"context"

	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
	"linli/internal/kit/web"
	"linli/internal/ledger"
)

type postingJSON struct {
	ID         id.ID          `json:"id"`
	Date       clock.Date     `json:"date" doc:"记账日期"`
	Kind       string         `json:"kind" enum:"run,charge,receipt,waiver,deposit,expense,other" doc:"单据"`
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
	Signed     money.Fen      `json:"signed" doc:"对所看科目的影响：收入、负债科目贷为正，其余借为正，分"`
}

func kindWord(k ledger.DocKind) string {
	switch k {
	case ledger.DocRun, ledger.DocRunWithdrawn:
		return "run"
	case ledger.DocCharge, ledger.DocChargeVoided, ledger.DocWalletDeducted:
		return "charge"
	case ledger.DocReceipt, ledger.DocReceiptVoided:
		return "receipt"
	case ledger.DocWaiver:
		return "waiver"
	case ledger.DocDeposit:
		return "deposit"
	case ledger.DocExpense, ledger.DocExpenseVoided:
		return "expense"
	}
	return "other"
}

func (s *Service) apiPostings(ctx context.Context, _ actor.Actor, in *struct {
	Project id.ID `path:"project"`
	page.Request
	Account int64    `query:"account" minimum:"0" doc:"科目，借贷任一方"`
	Item    id.ID    `query:"item_id" doc:"费用项目或支出类别"`
	None    bool     `query:"no_item" doc:"只看没有项目的"`
	From    web.Date `query:"from" doc:"记账日期起，含"`
	Until   web.Date `query:"until" doc:"记账日期止，含"`
}) (*struct{ Body page.List[postingJSON] }, error) {
	q := s.db.Reader(ctx)
	f := ledger.Filter{Request: in.Request, Account: ledger.Account(in.Account), From: in.From.Date, Until: in.Until.Date}
	if in.Item != 0 || in.None {
		f.Item = &in.Item
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
	out := page.List[postingJSON]{Items: []postingJSON{}, Next: list.Next}
	for i := range list.Items {
		p := &list.Items[i]
		j := postingJSON{ID: p.ID, Date: p.Date, Kind: kindWord(p.DocKind), KindName: p.DocKind.Name(), Doc: p.Doc, Room: p.Subject, RoomLabel: labels[p.Subject],
			Item: p.Item, ItemName: names[p.Item], Debit: p.Debit, DebitName: p.Debit.Name(), Credit: p.Credit, CreditName: p.Credit.Name(), Amount: p.Amount,
			Signed: p.Received(f.Account)}
		if f.Account.Income() || f.Account == ledger.Prepaid || f.Account == ledger.Deposit || f.Account == ledger.PublicFund {
			j.Signed = -j.Signed
		}
		out.Items = append(out.Items, j)
	}
	return &struct{ Body page.List[postingJSON] }{out}, nil
}
