package billing

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/ledger"
)

// maxNamed bounds how much of one kind of damage is named.
const maxNamed = 100

// Broken names charges and runs that contradict each other or the book, as
// sentences for the operator; none is what should be. Ask it inside a
// db.Snapshot while others write.
func (s *Service) Broken(ctx context.Context, project id.ID) ([]string, error) {
	q := s.db.Reader(ctx)
	out := []string{}
	for _, find := range []func(context.Context, db.Q, id.ID) ([]string, error){
		chargedTwice, brokenPaid, looseCharges, miscountedRuns, unburiedRuns, s.looseDocs, s.unposted, s.unsettled, brokenDues} {
		found, err := find(ctx, q, project)
		if err != nil {
			return nil, fmt.Errorf("check charges: %w", err)
		}
		out = append(out, found...)
	}
	return out, nil
}

// looseDocs names documents that the book speaks of and that are not there,
// and withdrawn runs whose postings are not taken back.
func (s *Service) looseDocs(ctx context.Context, q db.Q, project id.ID) ([]string, error) {
	sums, err := s.ledger.SumsByDoc(ctx, q, project, 0, ledger.LastDoc, ledger.DocRun, ledger.DocRunWithdrawn, ledger.DocCharge,
		ledger.DocChargeVoided, ledger.DocWalletDeducted)
	if err != nil {
		return nil, err
	}
	states, err := runStates(ctx, q, project)
	if err != nil {
		return nil, err
	}
	out := []string{}
	var single []id.ID
	for _, d := range sums {
		if d.Kind != ledger.DocRun && d.Kind != ledger.DocRunWithdrawn {
			single = append(single, d.Doc)
			continue
		}
		if _, ok := states[d.Doc]; !ok {
			out = append(out, fmt.Sprintf("账上有出账批次 %s 的记账 %s 元，这个批次不存在", d.Doc, d.Amount.Yuan()))
		}
	}
	known, err := chargesByID(ctx, q, project, single)
	if err != nil {
		return nil, err
	}
	for _, charge := range single {
		if _, ok := known[charge]; !ok {
			out = append(out, fmt.Sprintf("账上有应收 %s 的记账，这条应收不存在", charge))
		}
	}
	return out[:min(len(out), maxNamed)], nil
}

// unposted compares what is owed with receivable and revenue in the book, by
// room and item.
func (s *Service) unposted(ctx context.Context, q db.Q, project id.ID) ([]string, error) {
	owed, err := owedByPlace(ctx, q, project)
	if err != nil {
		return nil, err
	}
	kinds := []ledger.DocKind{ledger.DocRun, ledger.DocRunWithdrawn, ledger.DocCharge, ledger.DocChargeVoided}
	debits, err := s.ledger.NetByPlace(ctx, q, project, ledger.Receivable, kinds...)
	if err != nil {
		return nil, err
	}
	credits := map[ledger.Place]money.Fen{}
	for _, a := range []ledger.Account{ledger.Revenue, ledger.OtherRevenue, ledger.Opening} {
		more, err := s.ledger.NetByPlace(ctx, q, project, a, kinds...)
		if err != nil {
			return nil, err
		}
		for p, sum := range more {
			credits[p] += sum
		}
	}
	out := differences(owed, debits, 1, "应收 %s 元，账上的应收账款是 %s 元")
	return append(out, differences(owed, credits, -1, "应收 %s 元，账上的收入是 %s 元")...), nil
}

// unsettled compares what is paid with what the book took off receivable.
func (s *Service) unsettled(ctx context.Context, q db.Q, project id.ID) ([]string, error) {
	paid, err := paidByPlace(ctx, q, project)
	if err != nil {
		return nil, err
	}
	booked, err := s.ledger.NetByPlace(ctx, q, project, ledger.Receivable, ledger.DocReceipt, ledger.DocReceiptVoided, ledger.DocWalletDeducted, ledger.DocWaiver,
		ledger.DocCredit, ledger.DocCreditBack)
	if err != nil {
		return nil, err
	}
	return differences(paid, booked, -1, "应收上的已收是 %s 元，账上冲减的应收账款是 %s 元"), nil
}

// differences words every place at which the book, read with the sign, says
// another amount than the documents.
func differences(documents, book map[ledger.Place]money.Fen, sign money.Fen, form string) []string {
	type difference struct {
		ledger.Place
		have, want money.Fen
	}
	var found []difference
	for p, want := range documents {
		if have := sign * book[p]; have != want {
			found = append(found, difference{p, have, want})
		}
	}
	for p, have := range book {
		if _, ok := documents[p]; !ok && have != 0 {
			found = append(found, difference{p, sign * have, 0})
		}
	}
	slices.SortFunc(found, func(a, b difference) int {
		return cmp.Or(cmp.Compare(a.Subject, b.Subject), cmp.Compare(a.Item, b.Item))
	})
	out := []string{}
	for _, d := range found[:min(len(found), maxNamed)] {
		out = append(out, fmt.Sprintf("房间 %s 费用项目 %s："+form, d.Subject, d.Item, d.want.Yuan(), d.have.Yuan()))
	}
	return out
}

// BrokenAmounts computes every charge again and names those that come to
// another amount or have another payer; none is what should be. It reads all
// charges ever made.
func (s *Service) BrokenAmounts(ctx context.Context, project id.ID) ([]string, error) {
	out, err := brokenPayers(ctx, s.db.Reader(ctx), project)
	if err != nil {
		return nil, fmt.Errorf("check payers: %w", err)
	}
	err = s.Recompute(ctx, project, func(c Charge, got money.Fen) {
		if len(out) < maxNamed {
			out = append(out, fmt.Sprintf("应收 %s（%s %s，房间 %s）金额 %s 元，按当时的单价重算是 %s 元",
				c.ID, c.ItemName, c.Month, c.Subject, c.Amount.Yuan(), got.Yuan()))
		}
	})
	return out, err
}

// PaidCharge is what a charge says of its payment, in fen.
type PaidCharge struct {
	Charge  id.ID
	Subject id.ID
	Paid    money.Fen
}

// PaidCharges lists the charges with after < id ≤ upto that are paid, wholly
// or in part, in the order of ids.
func (s *Service) PaidCharges(ctx context.Context, q db.Q, project, after, upto id.ID) ([]PaidCharge, error) {
	out, err := paidCharges(ctx, q, project, after, upto)
	if err != nil {
		return nil, fmt.Errorf("paid charges: %w", err)
	}
	return out, nil
}
