package dictionary

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"linli/internal/audit"
	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
)

// ErrWords is answered for words that a dictionary cannot hold.
var ErrWords = fault.New(fault.Invalid, "words_invalid", "字典最多 30 个词，每个 1–20 个字，不能重复")

const (
	maxWords = 30
	maxWord  = 20 // characters
)

// The dictionaries of a project.
const (
	Layout         = "layout"          // 户型
	VoidReason     = "void_reason"     // why a receipt is voided
	RevealReason   = "reveal_reason"   // why a number is shown in clear
	WithdrawReason = "withdraw_reason" // why a run is withdrawn
)

// List is a list of words that a project offers where one of them is
// usually written. Writing something else stays possible, and what was written
// is text: changing the list changes no record.
type List struct {
	Key     string
	Name    string   // 户型
	Words   []string // in the order they are offered; may be none
	Version int      // 0 while the ready-made ones are in use
}

// readyMade are the dictionaries in the order of their page, with the words a
// project begins with.
func readyMade() []List {
	return []List{
		{Key: Layout, Name: "户型", Words: []string{"一室一厅", "两室一厅", "两室两厅", "三室一厅", "三室两厅", "四室两厅", "复式", "开间"}},
		{Key: VoidReason, Name: "作废收据的原因", Words: []string{"金额收错", "收错房屋", "收款方式选错", "业主要求退款"}},
		{Key: RevealReason, Name: "查看完整号码的原因", Words: []string{"电话联系住户", "核对身份", "更正资料", "联系报修", "紧急情况", "本人要求"}},
		{Key: WithdrawReason, Name: "撤回出账的原因", Words: []string{"单价有误", "收费范围有误", "房屋资料有误"}},
	}
}

func (d *List) check() error {
	list := []string{}
	for _, w := range d.Words {
		if w = strings.Join(strings.Fields(strings.ToValidUTF8(w, "")), " "); w == "" {
			continue
		}
		if utf8.RuneCountInString(w) > maxWord {
			return ErrWords.At("body.words", "每个词最多 20 个字", w)
		}
		if slices.Contains(list, w) {
			return ErrWords.At("body.words", "“"+w+"”写了两次", w)
		}
		list = append(list, w)
	}
	if d.Words = list; len(list) > maxWords {
		return ErrWords.At("body.words", "最多 30 个词", len(list))
	}
	return nil
}

// Lists are the dictionaries of a project, ready-made where it has no own.
func (s *Service) Lists(ctx context.Context, q db.Q, project id.ID) ([]List, error) {
	own, err := dictionaries(ctx, q, project)
	if err != nil {
		return nil, err
	}
	out := readyMade()
	for i := range out {
		if d, ok := own[out[i].Key]; ok {
			out[i].Words, out[i].Version = d.Words, d.Version
		}
	}
	return out, nil
}

// Put gives a project words of its own. Errors: ErrWords,
// fault.ErrNotFound for a dictionary that does not exist, fault.ErrStale.
func (s *Service) Put(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, d List) (List, error) {
	if err := d.check(); err != nil {
		return d, err
	}
	all, err := s.Lists(ctx, tx, project)
	if err != nil {
		return d, err
	}
	i := slices.IndexFunc(all, func(x List) bool { return x.Key == d.Key })
	if i < 0 {
		return d, fault.ErrNotFound
	}
	before := all[i]
	if d.Version != before.Version {
		return d, fault.ErrStale
	}
	if slices.Equal(d.Words, before.Words) {
		return before, nil
	}
	d.Name = before.Name
	d.Version++
	if err := putDictionary(ctx, tx, project, &d); err != nil {
		return d, err
	}
	s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "dictionary.changed", Kind: "dictionary", Subject: project,
		Summary: fmt.Sprintf("修改字典 %s：%s", d.Name, strings.Join(d.Words, "、")),
		Before:  map[string]any{"key": d.Key, "words": before.Words}, After: map[string]any{"key": d.Key, "words": d.Words}})
	return d, nil
}

// CopySetup gives a new project the words that another one has of its own.
func (s *Service) CopySetup(ctx context.Context, tx *db.Tx, from, to id.ID) error {
	own, err := dictionaries(ctx, tx, from)
	if err != nil {
		return fmt.Errorf("copy dictionaries: %w", err)
	}
	for _, ready := range readyMade() {
		d, ok := own[ready.Key]
		if !ok {
			continue
		}
		d.Version = 1
		if err := putDictionary(ctx, tx, to, &d); err != nil {
			return fmt.Errorf("copy dictionaries: %w", err)
		}
	}
	return nil
}
