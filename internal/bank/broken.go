package bank

import (
	"context"
	"fmt"
	"slices"

	"linli/internal/kit/id"
	"linli/internal/ledger"
)

// maxNamed bounds what one check says.
const maxNamed = 100

// sealed is what the log says of an import.
type sealed struct {
	New    int
	Digest string
}

// told is what the log says became of a row at last.
type told struct {
	State   State
	Room    string
	Receipt string
}

// Broken names rows that were changed, deleted or inserted by hand, as the log
// tells: what a row says against its own print, the rows of an import against
// their digest, what became of a row against its newest entry, receipts that are
// not there, and money that is held against the book. It answers sentences for the operator; none is what
// should be. Of rows that came before imports were noted, one that nobody has
// dealt with can be deleted unseen.
func (s *Service) Broken(ctx context.Context, project id.ID) ([]string, error) {
	out, err := s.broken(ctx, project)
	if err != nil {
		return nil, fmt.Errorf("check bank rows: %w", err)
	}
	return out[:min(len(out), maxNamed)], nil
}

func (s *Service) broken(ctx context.Context, project id.ID) ([]string, error) {
	q := s.db.Reader(ctx)
	imports, err := s.sealedImports(ctx, q, project)
	if err != nil {
		return nil, err
	}
	deeds, err := s.toldRows(ctx, q, project)
	if err != nil {
		return nil, err
	}
	old, err := s.audit.Deeds(ctx, q, project, project-1, project, actImported)
	if err != nil {
		return nil, err
	}
	out, prints, receipts, held, unsealed := []string{}, map[id.ID][]string{}, []Row{}, map[id.ID]Row{}, 0
	err = eachRow(ctx, q, project, func(b *Row) {
		prints[b.Import] = append(prints[b.Import], b.Print)
		if b.Import == 0 {
			unsealed++
		}
		out = append(out, b.contradictions(deeds[b.ID])...)
		delete(deeds, b.ID)
		if b.State == StateReceived {
			receipts = append(receipts, *b)
		}
		if b.Booked {
			held[b.ID] = *b
		}
	})
	if err != nil {
		return nil, err
	}
	if unsealed > 0 && len(old) == 0 {
		out = append(out, fmt.Sprintf("银行流水里有 %d 笔不属于任何一次导入", unsealed))
	}
	delete(prints, 0)
	for load, want := range imports {
		if got := prints[load]; len(got) != want.New || digest(got) != want.Digest {
			out = append(out, fmt.Sprintf("银行流水导入 %s 时新增 %d 笔，现在有 %d 笔，与操作日志里的校验码不符", load, want.New, len(got)))
		}
		delete(prints, load)
	}
	for load, rows := range prints {
		out = append(out, fmt.Sprintf("银行流水里有 %d 笔属于导入 %s，操作日志没有这次导入", len(rows), load))
	}
	for row := range deeds {
		out = append(out, fmt.Sprintf("操作日志里处理过的银行流水 %s 不存在", row))
	}
	named, err := s.brokenReceipts(ctx, project, receipts)
	if err != nil {
		return nil, err
	}
	out = append(out, named...)
	if named, err = s.brokenMoved(ctx, q, project); err != nil {
		return nil, err
	}
	out = append(out, named...)
	named, err = s.brokenSuspense(ctx, q, project, held)
	return append(out, named...), err
}

// contradictions holds a row against its print and the log.
func (b *Row) contradictions(t *told) []string {
	var out []string
	say := func(form string, args ...any) {
		out = append(out, fmt.Sprintf("银行流水 %s %s %s 元（%s）", b.Date, b.Payer, b.Amount.Yuan(), b.ID)+fmt.Sprintf(form, args...))
	}
	if !b.holds() {
		say("与导入时的内容不符")
	}
	now := told{b.State, b.RoomLabel, b.ReceiptNumber}
	if b.Booked && b.State != StateHeld {
		say("是“%s”，却还记在%s", b.State.words(), ledger.Suspense.Name())
	}
	switch {
	case t == nil && (b.State != StateOpen || b.DoneBy != 0 || b.Receipt != 0):
		say("标为“%s”，操作日志没有这次处理", b.State.words())
	case t != nil && *t != now:
		say("现在是“%s”%s，操作日志最后一次记的是“%s”%s", b.State.words(), b.ReceiptNumber, t.State.words(), t.Receipt)
	}
	return out
}

// holds tells whether the row says what its print was made of.
func (b *Row) holds() bool {
	for nth := 1; nth <= maxRows; nth++ {
		if b.mark(nth) == b.Print {
			return true
		}
	}
	return false
}

func (st State) words() string {
	return map[State]string{StateOpen: "待确认", StateHeld: "待查", StateAside: "与收费无关", StateReceived: "已收款", StateReturned: "已退回",
		StateCash: "现金送存", StateSettled: "渠道结算"}[st]
}

// brokenReceipts names received rows whose receipt is not that one.
func (s *Service) brokenReceipts(ctx context.Context, project id.ID, rows []Row) ([]string, error) {
	var out []string
	for part := range slices.Chunk(rows, 300) {
		ids := make([]id.ID, len(part))
		for i := range part {
			ids[i] = part[i].Receipt
		}
		numbers, err := s.cashier.ReceiptNumbers(ctx, s.db.Reader(ctx), project, ids)
		if err != nil {
			return nil, err
		}
		for i := range part {
			if b := &part[i]; b.ReceiptNumber == "" || numbers[b.Receipt] != b.ReceiptNumber {
				out = append(out, fmt.Sprintf("银行流水 %s %s 元（%s）记的收据 %s 不存在", b.Date, b.Amount.Yuan(), b.ID, b.ReceiptNumber))
			}
		}
	}
	return out, nil
}
