package audit

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

// maxUnlike bounds how many records of a kind are named.
const maxUnlike = 100

// Unlike names records of a kind that are not what the newest entry about them
// says, as sentences for the operator. now is what each of them is, worded as
// for an Entry. Fields that the log did not know at that time do not count.
func (s *Service) Unlike(ctx context.Context, q db.Q, project id.ID, kind, noun string, now map[id.ID]any) ([]string, error) {
	if len(now) == 0 {
		return nil, nil
	}
	logged, err := s.Newest(ctx, q, project, kind)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, subject := range slices.Sorted(maps.Keys(now)) {
		if len(out) >= maxUnlike {
			break
		}
		text, ok := logged[subject]
		if !ok {
			out = append(out, fmt.Sprintf("%s %s 在操作日志里没有记录", noun, subject))
			continue
		}
		fields, err := unlike(text, now[subject])
		if err != nil {
			return nil, fmt.Errorf("compare %s %s with the log: %w", kind, subject, err)
		}
		for _, f := range fields {
			out = append(out, fmt.Sprintf("%s %s 与操作日志不符：%s", noun, subject, f))
		}
	}
	return out, nil
}

// unlike words the fields that an entry says otherwise.
func unlike(logged string, now any) ([]string, error) {
	text, err := written(now)
	if err != nil {
		return nil, err
	}
	var was, is map[string]json.RawMessage
	if err := json.Unmarshal([]byte(logged), &was); err != nil {
		return nil, err
	}
	if err := json.Unmarshal([]byte(text), &is); err != nil {
		return nil, err
	}
	var out []string
	for _, field := range slices.Sorted(maps.Keys(was)) {
		if v, ok := is[field]; ok && !bytes.Equal(v, was[field]) {
			out = append(out, fmt.Sprintf("%s 现在是 %s，日志里是 %s", field, v, was[field]))
		}
	}
	return out, nil
}
