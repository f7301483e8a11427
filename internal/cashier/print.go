package cashier

import (
	"context"
	"fmt"
	"html/template"
	"time"

	"linli/internal/audit"
	"linli/internal/cashier/paper"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/payment"
)

// Paper is a size receipts are printed on.
type Paper = paper.Size

// The papers.
const (
	Paper80  = paper.Roll
	PaperA4  = paper.A4
	Paper241 = paper.Parts
)

// ErrPaper is answered for a paper that is not known.
var ErrPaper = fault.New(fault.Invalid, "paper_unknown", "纸张只有 80（80 毫米）、a4 和 241（三联）三种")

// Printed is a receipt on its way to a printer.
type Printed struct {
	HTML   []byte
	Prints int // how often it was printed, this time included
}

// Print is the receipt as an HTML page for the paper. It counts: the second
// and every later printing says so on the paper and in the audit log. A print
// that did not come out of the printer needs no new receipt: it is printed again.
// Errors: ErrPaper, fault.ErrNotFound.
func (s *Service) Print(ctx context.Context, who actor.Actor, project, receipt id.ID, on Paper) (Printed, error) {
	if !on.Known() {
		return Printed{}, ErrPaper
	}
	var r Receipt
	var now time.Time
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		n, err := countPrint(ctx, tx, project, receipt)
		if err != nil {
			return err
		}
		if r, err = s.oneReceipt(ctx, tx, project, receipt); err != nil {
			return err
		}
		if now = tx.Now(); n > 1 {
			s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "cashier.reprinted", Kind: "receipt", Subject: r.ID,
				Summary: fmt.Sprintf("补打收据 %s（第 %d 次打印）", r.Number, n), After: map[string]any{"number": r.Number, "prints": n}})
		}
		return nil
	})
	if err != nil {
		return Printed{}, fmt.Errorf("print receipt: %w", err)
	}
	again := ""
	if r.Prints > 1 {
		again = fmt.Sprintf("补打 第 %d 次 %s", r.Prints-1, minute(now))
	}
	b, err := s.render(ctx, project, &r, on, again)
	if err != nil {
		return Printed{}, fmt.Errorf("print receipt: %w", err)
	}
	return Printed{HTML: b, Prints: r.Prints}, nil
}

// View is the receipt on its paper for reading: it does not count and says
// that it is no receipt. Errors: ErrPaper, fault.ErrNotFound.
func (s *Service) View(ctx context.Context, project, receipt id.ID, on Paper) ([]byte, error) {
	if !on.Known() {
		return nil, ErrPaper
	}
	r, err := s.oneReceipt(ctx, s.db.Reader(ctx), project, receipt)
	if err != nil {
		return nil, err
	}
	b, err := s.render(ctx, project, &r, on, "仅供查看，不作收据")
	if err != nil {
		return nil, fmt.Errorf("view receipt: %w", err)
	}
	return b, nil
}

// render fills the template of the paper; mark says what kind of copy it is.
func (s *Service) render(ctx context.Context, project id.ID, r *Receipt, on Paper, mark string) ([]byte, error) {
	ps, err := onePrintSetting(ctx, s.db.Reader(ctx), project)
	if err != nil {
		return nil, err
	}
	return s.renderAs(ctx, project, r, on, mark, &ps)
}

// renderAs renders with texts that may not be saved yet.
func (s *Service) renderAs(ctx context.Context, project id.ID, r *Receipt, on Paper, mark string, ps *PrintSetting) ([]byte, error) {
	p, err := s.paper(ctx, project, r)
	if err != nil {
		return nil, err
	}
	ps.onto(p)
	p.Again = mark
	return s.layout.Render(p, on)
}

func (s *Service) paper(ctx context.Context, project id.ID, r *Receipt) (*paper.Receipt, error) {
	pr, err := s.estate.Project(ctx, s.db.Reader(ctx), project)
	if err != nil {
		return nil, err
	}
	p := &paper.Receipt{
		Project: pr.Name, Number: r.Number, Room: r.RoomLabel, Payer: r.PayerName, Time: minute(r.At),
		Total: r.Amount.Comma(), Upper: money.Upper(r.Amount), Prepaid: r.PrepaidAfter.Comma(), Owed: r.OwedAfter.Comma(),
		Cashier: r.CashierName, Rows: paperRows(r),
	}
	if s.company != nil {
		if p.Company, err = s.company(ctx); err != nil {
			return nil, err
		}
	}
	if s.proof != nil && r.ID != 0 {
		p.Link = s.proof(project, r.ID)
	}
	if p.Link != "" {
		code, err := payment.QR(p.Link)
		if err != nil {
			return nil, err
		}
		p.Code = template.HTML(code) // drawn by the house, nothing in it was typed
	}
	for _, pay := range r.Pays {
		p.Pays = append(p.Pays, paper.Pay{Name: pay.Method.Name(), Amount: pay.Amount.Comma(), Proof: pay.Proof()})
	}
	if r.Tendered > 0 {
		p.Tendered, p.Change = r.Tendered.Comma(), r.Change.Comma()
	}
	if r.ReversedBy != 0 {
		p.Stamp, p.Void = "已红冲", "已由红字收据 "+r.ReversedNumber+" 冲销"
	}
	if r.Red() {
		p.Stamp, p.Void = "红字", "退款"
		if r.RedOfNumber != "" {
			p.Void = "冲收据 " + r.RedOfNumber
		}
		f, err := oneRefund(ctx, s.db.Reader(ctx), project, r.Refund)
		if err != nil {
			return nil, err
		}
		p.Void += fmt.Sprintf("：%s（%s申请，%s批准）", f.Reason, f.Asker, f.Decider)
	}
	if r.State == StateVoid {
		p.Stamp = "作废"
		p.Void = fmt.Sprintf("已由%s作废（%s）：%s", r.VoidName, minute(r.VoidAt), r.VoidReason)
	}
	return p, nil
}

func minute(t time.Time) string { return t.In(clock.Shanghai()).Format("2006-01-02 15:04") }

func paperRows(r *Receipt) []paper.Row {
	lines := make([]paper.Line, len(r.Lines))
	for i, l := range r.Lines {
		lines[i] = paper.Line{Room: l.Room, Item: l.Item, RoomLabel: l.RoomLabel, ItemName: l.ItemName, Month: l.Month, How: l.How, Owed: l.Owed, Amount: l.Amount}
	}
	rows := paper.Rows(lines, r.Room)
	if r.ToPrepay > 0 {
		rows = append(rows, paper.Row{No: len(rows) + 1, Item: "存入预存", How: r.prepayUse(), Amount: r.ToPrepay.Comma()})
	}
	if r.ToPrepay < 0 {
		rows = append(rows, paper.Row{No: len(rows) + 1, Item: "退预存", Amount: r.ToPrepay.Comma()})
	}
	if r.Rounded != 0 {
		due := r.Amount + r.Rounded
		rows = append(rows, paper.Row{No: len(rows) + 1, Item: "抹零", How: "应收 " + due.Comma() + "，实收 " + r.Amount.Comma(), Amount: (-r.Rounded).Comma()})
	}
	if r.Deposit > 0 {
		rows = append(rows, paper.Row{No: len(rows) + 1, Item: r.DepositName, How: "凭本收据退还", Amount: r.Deposit.Comma()})
	}
	if r.Deposit < 0 {
		rows = append(rows, paper.Row{No: len(rows) + 1, Item: "退" + r.DepositName, Amount: r.Deposit.Comma()})
	}
	return rows
}
