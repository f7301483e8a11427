package card

import (
	"context"
	"fmt"

	"linli/internal/kit/id"
)

// maxNamed bounds what one check says.
const maxNamed = 100

// sealed is what the log says of an import.
type sealed struct {
	New    int
	Digest string
}

// told is what the log says became of a difference.
type told struct {
	State   string
	Remedy  Remedy
	Note    string
	Receipt string
}

// Broken names lines that were changed, deleted or inserted by hand, as their
// prints and the log tell, differences that were dealt with otherwise than the
// log says, and days that are not the sum of their lines, as sentences for the
// operator; none is what should be. Ask it inside a db.Snapshot.
func (s *Service) Broken(ctx context.Context, project id.ID) ([]string, error) {
	out, err := s.brokenLines(ctx, project)
	if err != nil {
		return nil, fmt.Errorf("check cards: %w", err)
	}
	more, err := s.brokenDifferences(ctx, project)
	if err != nil {
		return nil, fmt.Errorf("check cards: %w", err)
	}
	days, err := brokenDays(ctx, s.db.Reader(ctx), project)
	if err != nil {
		return nil, fmt.Errorf("check cards: %w", err)
	}
	out = append(append(out, more...), days...)
	return out[:min(len(out), maxNamed)], nil
}

func (s *Service) brokenLines(ctx context.Context, project id.ID) ([]string, error) {
	q := s.db.Reader(ctx)
	imports, err := logged[sealed](ctx, s, project, kindFile)
	if err != nil {
		return nil, err
	}
	out, byFile := []string{}, map[id.ID][]Line{}
	err = eachLine(ctx, q, project, func(l *Line) {
		byFile[l.File] = append(byFile[l.File], Line{ID: l.ID, Print: l.Print, Fee: l.Fee, Batch: l.Batch, Origin: l.Origin})
		if !l.holds() {
			out = append(out, fmt.Sprintf("刷卡流水 %s %s 元（%s）与导入时的内容不符", l.Day, l.Amount.Yuan(), l.ID))
		}
	})
	if err != nil {
		return nil, err
	}
	for file, want := range imports {
		if got := byFile[file]; len(got) != want.New || digest(got) != want.Digest {
			out = append(out, fmt.Sprintf("刷卡对账文件 %s 导入时新增 %d 笔，现在有 %d 笔，与操作日志里的校验码不符", file, want.New, len(got)))
		}
		delete(byFile, file)
	}
	for file, lines := range byFile {
		out = append(out, fmt.Sprintf("刷卡流水里有 %d 笔属于文件 %s，操作日志没有这次导入", len(lines), file))
	}
	return out, nil
}

// holds tells whether the line says what its print was made of.
func (l *Line) holds() bool {
	for nth := 1; nth <= maxLines; nth++ {
		if l.mark(nth) == l.Print {
			return true
		}
	}
	return false
}

func (s *Service) brokenDifferences(ctx context.Context, project id.ID) ([]string, error) {
	deeds, err := logged[told](ctx, s, project, kindDifference)
	if err != nil {
		return nil, err
	}
	done, err := doneDifferences(ctx, s.db.Reader(ctx), project)
	if err != nil {
		return nil, err
	}
	out := []string{}
	for i := range done {
		d := &done[i]
		if t, ok := deeds[d.ID]; !ok || t != (told{d.State, d.Remedy, d.Note, d.ReceiptNumber}) {
			out = append(out, fmt.Sprintf("刷卡对账差异 %s %s（%s）的处理与操作日志不符", d.Day, max(d.There, d.Here).Yuan(), d.ID))
		}
		delete(deeds, d.ID)
	}
	for difference := range deeds {
		out = append(out, fmt.Sprintf("操作日志里处理过的刷卡对账差异 %s 不存在或又没有处理", difference))
	}
	return out, nil
}
