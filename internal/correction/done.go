package correction

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/ledger"
)

// done is what valid documents have corrected, by item, month and charge. A
// charge of theirs that was taken back by hand does not count.
func (s *Service) done(ctx context.Context, q db.Q, project, after, upto id.ID, from, until clock.Month) (map[place]map[id.ID]money.Fen, error) {
	list, err := doneLines(ctx, q, project, after, upto, from, until)
	if err != nil {
		return nil, err
	}
	var made []id.ID
	for _, x := range list {
		if x.made != 0 {
			made = append(made, x.made)
		}
	}
	known, err := s.billing.Named(ctx, q, project, made)
	if err != nil {
		return nil, err
	}
	out := map[place]map[id.ID]money.Fen{}
	for _, x := range list {
		if c, ok := known[x.made]; x.made != 0 && (!ok || !c.Visible()) {
			continue
		}
		if out[x.place] == nil {
			out[x.place] = map[id.ID]money.Fen{}
		}
		out[x.place][x.charge] += x.amount
	}
	return out, nil
}

// Later says beside a charge which documents corrected it; it fills
// billing.Later.
func (s *Service) Later(ctx context.Context, q db.Q, project id.ID, charges []id.ID) (map[id.ID][]string, error) {
	list, err := linesOn(ctx, q, project, charges)
	if err != nil {
		return nil, fmt.Errorf("corrections of charges: %w", err)
	}
	out := map[id.ID][]string{}
	for i := range list {
		x := &list[i]
		out[x.Charge] = append(out[x.Charge], fmt.Sprintf("补差 %s（%s，%s）：%s，按更正后的资料应收 %s 元，%s", x.number, x.date, x.by, x.Causes, x.Due.Yuan(), x.outcome()))
	}
	return out, nil
}

// outcome words what became of a difference.
func (l *Line) outcome() string {
	if l.Amount > 0 {
		return fmt.Sprintf("另补收 %s 元", l.Amount.Yuan())
	}
	text := fmt.Sprintf("减收 %s 元", (-l.Amount).Yuan())
	if l.Credited > 0 {
		text += fmt.Sprintf("，抵未缴 %s 元", l.Credited.Yuan())
	}
	if l.Returned > 0 {
		text += fmt.Sprintf("，转入预存 %s 元", l.Returned.Yuan())
	}
	if rest := -l.Amount - l.Credited - l.Returned; rest > 0 {
		text += fmt.Sprintf("，其中 %s 元早已减免，没有可退的", rest.Yuan())
	}
	return text
}

// maxNamed bounds how much damage is named.
const maxNamed = 100

// Broken names gaps in the numbers, and what charges, wallets and the book do
// not know of what documents did. Ask it inside a db.Snapshot while others
// write.
func (s *Service) Broken(ctx context.Context, project id.ID) ([]string, error) {
	q, out := s.db.Reader(ctx), []string{}
	for _, find := range []func(context.Context, db.Q, id.ID) ([]string, error){s.brokenNumbers, brokenSums, brokenRooms, s.brokenMade, s.brokenCredits, s.brokenReturns, s.brokenBacks} {
		found, err := find(ctx, q, project)
		if err != nil {
			return nil, fmt.Errorf("check corrections: %w", err)
		}
		out = append(out, found[:min(len(found), maxNamed)]...)
	}
	return out, nil
}

func (s *Service) brokenNumbers(ctx context.Context, q db.Q, project id.ID) ([]string, error) {
	have, err := countDocs(ctx, q, project)
	if err != nil {
		return nil, err
	}
	return s.ledger.BrokenNumbers(ctx, q, project, series, "补差单", have)
}

func (s *Service) brokenMade(ctx context.Context, q db.Q, project id.ID) ([]string, error) {
	list, err := madeLines(ctx, q, project)
	if err != nil {
		return nil, err
	}
	var out []string
	for part := range slices.Chunk(list, 500) {
		ids := make([]id.ID, len(part))
		for i := range part {
			ids[i] = part[i].made
		}
		known, err := s.billing.Named(ctx, q, project, ids)
		if err != nil {
			return nil, err
		}
		for _, x := range part {
			if c, ok := known[x.made]; !ok || c.Amount != x.amount || c.Subject != x.room || c.Item != x.item || c.Month != x.month {
				out = append(out, fmt.Sprintf("补差补收 %s 元的应收 %s 不存在，或金额、房间、账期不符", x.amount.Yuan(), x.made))
			}
		}
	}
	return out, nil
}

func (s *Service) brokenCredits(ctx context.Context, q db.Q, project id.ID) ([]string, error) {
	want, err := validCredits(ctx, q, project)
	if err != nil {
		return nil, err
	}
	sums, err := s.ledger.SumsByDoc(ctx, q, project, 0, ledger.LastDoc, ledger.DocCredit, ledger.DocCreditBack)
	if err != nil {
		return nil, err
	}
	have := map[id.ID]money.Fen{}
	for _, x := range sums {
		if x.Kind == ledger.DocCreditBack {
			x.Amount = -x.Amount
		}
		have[x.Doc] += x.Amount
	}
	kept, err := s.billing.Credited(ctx, q, project)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, x := range want {
		if kept[x.charge] != x.amount {
			out = append(out, fmt.Sprintf("应收 %s 记的补差减收是 %s 元，补差单合计 %s 元", x.charge, kept[x.charge].Yuan(), x.amount.Yuan()))
		}
		delete(kept, x.charge)
		have[x.charge] -= x.amount
	}
	for _, charge := range slices.Sorted(maps.Keys(kept)) {
		out = append(out, fmt.Sprintf("应收 %s 记的补差减收是 %s 元，却没有补差单", charge, kept[charge].Yuan()))
	}
	for _, charge := range slices.Sorted(maps.Keys(have)) {
		if have[charge] != 0 {
			out = append(out, fmt.Sprintf("应收 %s 账上的补差减收比补差单多 %s 元", charge, have[charge].Yuan()))
		}
	}
	return out, nil
}

func (s *Service) brokenReturns(ctx context.Context, q db.Q, project id.ID) ([]string, error) {
	want, err := returnedByDoc(ctx, q, project)
	if err != nil {
		return nil, err
	}
	sums, err := s.ledger.SumsByDoc(ctx, q, project, 0, ledger.LastDoc, ledger.DocOverpaid, ledger.DocOverBack)
	if err != nil {
		return nil, err
	}
	have := map[id.ID][2]money.Fen{}
	for _, x := range sums {
		both := have[x.Doc]
		if x.Kind == ledger.DocOverpaid {
			both[0] += x.Amount
		} else {
			both[1] += x.Amount
		}
		have[x.Doc] = both
	}
	all := maps.Clone(have)
	maps.Copy(all, want)
	var out []string
	for _, doc := range slices.Sorted(maps.Keys(all)) {
		if a, b := want[doc], have[doc]; a != b {
			out = append(out, fmt.Sprintf("补差单 %s 转入预存 %s 元、撤回 %s 元，账上记了 %s 元、%s 元", doc, a[0].Yuan(), a[1].Yuan(), b[0].Yuan(), b[1].Yuan()))
		}
	}
	return out, nil
}

// brokenBacks compares what charges say was given back of them with the lines of
// valid documents, by the charge of the run.
func (s *Service) brokenBacks(ctx context.Context, q db.Q, project id.ID) ([]string, error) {
	have, err := s.billing.Returned(ctx, q, project)
	if err != nil {
		return nil, err
	}
	made, err := madeLines(ctx, q, project)
	if err != nil {
		return nil, err
	}
	for _, x := range made {
		have[x.charge] += have[x.made]
		delete(have, x.made)
	}
	want, err := returnedByCharge(ctx, q, project)
	if err != nil {
		return nil, err
	}
	for _, x := range want {
		have[x.charge] -= x.amount
	}
	var out []string
	for _, charge := range slices.Sorted(maps.Keys(have)) {
		if have[charge] != 0 {
			out = append(out, fmt.Sprintf("应收 %s 记的补差退回比补差单多 %s 元", charge, have[charge].Yuan()))
		}
	}
	return out, nil
}
