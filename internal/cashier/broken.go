package cashier

import (
	"context"
	"fmt"

	"linli/internal/audit"
	"linli/internal/billing"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
	"linli/internal/ledger"
)

// checkPage bounds the memory of a check.
const checkPage = 5000

// Broken names gaps in the numbers, receipts that do not add up, and receipts
// that contradict charges, wallets, the book or the log, as sentences for the
// operator; none is what should be. Ask it inside a db.Snapshot while others
// write.
func (s *Service) Broken(ctx context.Context, project id.ID) ([]string, error) {
	q := s.db.Reader(ctx)
	out := []string{}
	for _, find := range []func(context.Context, db.Q, id.ID) ([]string, error){
		s.brokenSeries, brokenReceipts, s.brokenLast, s.brokenPaid, s.brokenAccounts, s.brokenTraces, brokenReds, s.brokenAsked} {
		found, err := find(ctx, q, project)
		if err != nil {
			return nil, fmt.Errorf("check receipts: %w", err)
		}
		out = append(out, found...)
	}
	return out, nil
}

// brokenLast compares the newest number of each year with the series.
func (s *Service) brokenLast(ctx context.Context, q db.Q, project id.ID) ([]string, error) {
	stands, err := s.ledger.LastNumbers(ctx, q, project, series)
	if err != nil {
		return nil, err
	}
	numbers, err := s.ledger.Prefixes(ctx, q, project)
	if err != nil {
		return nil, err
	}
	newest, err := newestNumbers(ctx, q, project)
	if err != nil {
		return nil, err
	}
	out := []string{}
	for year, last := range stands {
		if newest[year] != last {
			out = append(out, fmt.Sprintf("%d 年收据号已发到 %s，最后一张收据却是第 %d 号", year, numbers.Number(series, year, last), newest[year]))
		}
	}
	for year, last := range newest {
		if _, ok := stands[year]; !ok {
			out = append(out, fmt.Sprintf("%d 年有收据到第 %d 号，号码序列却没有这一年", year, last))
		}
	}
	return out, nil
}

// brokenPaid walks the charges and the lines of valid receipts side by side.
func (s *Service) brokenPaid(ctx context.Context, q db.Q, project id.ID) ([]string, error) {
	out := []string{}
	for after := id.ID(0); ; {
		lines, err := paidLines(ctx, q, project, after, checkPage)
		if err != nil {
			return nil, err
		}
		upto := ledger.LastDoc
		if len(lines) == checkPage {
			upto = lines[len(lines)-1].Charge
		}
		charges, err := s.billing.PaidCharges(ctx, q, project, after, upto)
		if err != nil {
			return nil, err
		}
		out = append(out, comparePaid(charges, lines)...)
		if after = upto; upto == ledger.LastDoc {
			return out[:min(len(out), 100)], nil
		}
	}
}

// comparePaid holds charges against lines; both are in the order of charges.
func comparePaid(charges, lines []billing.PaidCharge) []string {
	var out []string
	say := func(charge, room id.ID, paid, sum money.Fen) {
		out = append(out, fmt.Sprintf("应收 %s（房间 %s）记的已收是 %s 元，有效收据合计 %s 元", charge, room, paid.Yuan(), sum.Yuan()))
	}
	i, j := 0, 0
	for i < len(charges) || j < len(lines) {
		switch {
		case j == len(lines) || i < len(charges) && charges[i].Charge < lines[j].Charge:
			say(charges[i].Charge, charges[i].Subject, charges[i].Paid, 0)
			i++
		case i == len(charges) || lines[j].Charge < charges[i].Charge:
			say(lines[j].Charge, lines[j].Subject, 0, lines[j].Paid)
			j++
		default:
			if charges[i] != lines[j] {
				say(charges[i].Charge, charges[i].Subject, charges[i].Paid, lines[j].Paid)
			}
			i, j = i+1, j+1
		}
	}
	return out
}

// brokenAccounts compares cash, bank, channels, prepaid money and what was let go
// in the book with the receipts and wallets. What channels keep as fee, and what of
// the bank is held, the rooms of these compare.
func (s *Service) brokenAccounts(ctx context.Context, q db.Q, project id.ID) ([]string, error) {
	want, err := takenByAccount(ctx, q, project)
	if err != nil {
		return nil, err
	}
	prepaid, err := s.payment.Total(ctx, q, project)
	if err != nil {
		return nil, err
	}
	want[ledger.Prepaid] = -prepaid
	if want[ledger.Allowance], err = roundedSum(ctx, q, project); err != nil {
		return nil, err
	}
	have, err := s.ledger.BalancesWithout(ctx, q, project, ledger.DocExpense, ledger.DocExpenseVoided, ledger.DocChannelFee,
		ledger.DocBankHeld, ledger.DocBankFreed, ledger.DocBankReturned, ledger.DocBankMoved, ledger.DocBankMovedBack)
	if err != nil {
		return nil, err
	}
	out := []string{}
	for _, a := range []ledger.Account{ledger.Cash, ledger.Bank, ledger.Clearing, ledger.Prepaid, ledger.Allowance} {
		if have[a] != want[a] {
			out = append(out, fmt.Sprintf("科目 %d %s 账上余额 %s 元，按收据和预存应为 %s 元", a, a.Name(), have[a].Yuan(), want[a].Yuan()))
		}
	}
	return out, nil
}

// traces are what other rooms keep of the receipts of a stretch of ids.
type traces struct {
	posted, reversed map[id.ID]ledger.DocSum
	moved            map[id.ID]money.Fen
	deeds            map[audit.Deed]int
	said             map[id.ID]string
	numbers          ledger.Prefixes
}

func differs[T comparable](said *T, now T) bool { return said != nil && *said != now }

func (x *saidOf) agrees(r *Receipt) bool {
	return !differs(x.Room, r.RoomLabel) && !differs(x.RoomID, r.Room) && !differs(x.Payer, r.PayerName) && !differs(x.PayerID, r.Payer) &&
		!differs(x.Tendered, r.Tendered) && !differs(x.Change, r.Change)
}

const (
	deedReceived = "cashier.received"
	deedVoided   = "cashier.voided"
	deedRed      = "cashier.red"
)

// brokenTraces compares every receipt with the book, the wallets and the log,
// and names receipts that these speak of and that are not there.
func (s *Service) brokenTraces(ctx context.Context, q db.Q, project id.ID) ([]string, error) {
	out := []string{}
	for after := id.ID(0); ; {
		page, err := receiptsAfter(ctx, q, project, after, checkPage)
		if err != nil {
			return nil, err
		}
		upto := ledger.LastDoc
		if len(page) == checkPage {
			upto = page[len(page)-1].ID
		}
		t, err := s.traces(ctx, q, project, after, upto)
		if err != nil {
			return nil, err
		}
		for i := range page {
			out = append(out, t.compare(&page[i])...)
		}
		out = append(out, t.left()...)
		if after = upto; upto == ledger.LastDoc {
			return out[:min(len(out), 100)], nil
		}
	}
}

func (s *Service) traces(ctx context.Context, q db.Q, project, after, upto id.ID) (*traces, error) {
	t := &traces{posted: map[id.ID]ledger.DocSum{}, reversed: map[id.ID]ledger.DocSum{}}
	sums, err := s.ledger.SumsByDoc(ctx, q, project, after, upto, ledger.DocReceipt, ledger.DocReceiptVoided)
	if err != nil {
		return nil, err
	}
	for _, d := range sums {
		if d.Kind == ledger.DocReceipt {
			t.posted[d.Doc] = d
		} else {
			t.reversed[d.Doc] = d
		}
	}
	if t.numbers, err = s.ledger.Prefixes(ctx, q, project); err != nil {
		return nil, err
	}
	if t.moved, err = s.payment.MovedByReceipt(ctx, q, project, after, upto); err != nil {
		return nil, err
	}
	if t.said, err = s.audit.Said(ctx, q, project, after, upto, deedReceived, deedRed); err != nil {
		return nil, err
	}
	t.deeds, err = s.audit.Deeds(ctx, q, project, after, upto, deedReceived, deedVoided, deedRed)
	return t, err
}

// compare names what contradicts one receipt, and forgets its traces.
func (t *traces) compare(r *Receipt) []string {
	var out []string
	say := func(form string, args ...any) {
		out = append(out, fmt.Sprintf("收据 %s（%s）", r.Number, r.ID)+fmt.Sprintf(form, args...))
	}
	posted, reversed := t.posted[r.ID], t.reversed[r.ID]
	taken, back := 1, 0
	moves, reverses := r.ToPrepay-r.PrepaidUsed, money.Fen(0)
	if r.State == StateVoid {
		back, moves, reverses = 1, 0, r.Amount+r.Rounded
	}
	if r.Number != t.numbers.Number(series, r.Year, r.Seq) {
		say("的号码与第 %d 号不符", r.Seq)
	}
	if posted.Amount != max(r.Amount+r.Rounded, -r.Amount-r.Rounded) || reversed.Amount != reverses {
		say("金额 %s 元，账上记了 %s 元、冲回 %s 元", (r.Amount + r.Rounded).Yuan(), posted.Amount.Yuan(), reversed.Amount.Yuan())
	}
	if posted.Amount != 0 && (posted.From != r.Date || posted.Until != r.Date) {
		say("的日期是 %s，账上记在 %s", r.Date, posted.From)
	}
	if t.moved[r.ID] != moves {
		say("应使预存变动 %s 元，明细变动 %s 元", moves.Yuan(), t.moved[r.ID].Yuan())
	}
	deed := audit.Deed{Action: deedReceived, Subject: r.ID}
	if r.Red() {
		deed.Action = deedRed
	}
	if t.deeds[deed] != taken || t.deeds[audit.Deed{Action: deedVoided, Subject: r.ID}] != back {
		say("与操作日志里的收款、作废记录对不上")
	}
	if said, err := readSaid(t.said[r.ID]); err != nil || !said.agrees(r) {
		say("的房间、付款人、实收现金或找零与操作日志不符：现在是 %s、%s、%s 元、%s 元", r.RoomLabel, r.PayerName, r.Tendered.Yuan(), r.Change.Yuan())
	}
	delete(t.posted, r.ID)
	delete(t.reversed, r.ID)
	delete(t.moved, r.ID)
	delete(t.deeds, deed)
	delete(t.deeds, audit.Deed{Action: deedVoided, Subject: r.ID})
	return out
}

// left names the receipts whose traces are there and they are not.
func (t *traces) left() []string {
	gone := map[id.ID]string{}
	for d := range t.deeds {
		gone[d.Subject] = "操作日志"
	}
	for doc := range t.moved {
		gone[doc] = "预存明细"
	}
	for doc := range t.reversed {
		gone[doc] = "账"
	}
	for doc := range t.posted {
		gone[doc] = "账"
	}
	var out []string
	for doc, where := range gone {
		out = append(out, fmt.Sprintf("收据 %s 不存在，%s上却有它的记录", doc, where))
	}
	return out
}

// brokenAsked names applications that are not what the log says of them.
func (s *Service) brokenAsked(ctx context.Context, q db.Q, project id.ID) ([]string, error) {
	now := map[id.ID]any{}
	for before := ledger.LastDoc; ; {
		list, err := listRefunds(ctx, q, project, &RefundFilter{Request: page.Request{Limit: checkPage}}, nil, before)
		if err != nil {
			return nil, err
		}
		if len(list) == 0 {
			return s.audit.Unlike(ctx, q, project, refundKind, "退款申请", now)
		}
		for i := range list {
			now[list[i].ID] = list[i].facts()
		}
		before = list[len(list)-1].ID
	}
}
