package identity

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"linli/internal/audit"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
)

// What people are told about notices.
var (
	ErrNotice      = fault.New(fault.Invalid, "notice_invalid", "公告要有标题（最多 40 个字）和内容（最多 1000 个字）")
	ErrNoticeUntil = fault.New(fault.Invalid, "notice_until_past", "截止日期不能早于今天")
	ErrNoticeEnded = fault.New(fault.Conflict, "notice_ended", "这条公告已经撤下")
)

// Notice is an important word of the company to its staff, shown on the home
// page.
type Notice struct {
	ID        id.ID
	Title     string
	Body      string
	Until     clock.Date // the last day it is shown
	Roles     []string   // keys of the roles it is for; none is everybody
	Projects  []id.ID    // whose staff it is for; none is the whole company
	Ended     bool       // taken down before its day
	Author    string
	CreatedAt time.Time
}

func (n *Notice) check(today clock.Date) (err error) {
	if n.Title, err = checkText(n.Title, 40, ErrNotice.At("body.title", "标题要填写，最多 40 个字", nil)); err != nil {
		return err
	}
	n.Body = strings.TrimSpace(n.Body)
	if size := utf8.RuneCountInString(n.Body); size == 0 || size > 1000 || strings.ContainsRune(n.Body, 0) || !utf8.ValidString(n.Body) {
		return ErrNotice.At("body.body", "内容要填写，最多 1000 个字", nil)
	}
	if n.Until < today {
		return ErrNoticeUntil.At("body.until", ErrNoticeUntil.Text, nil)
	}
	slices.Sort(n.Roles)
	n.Roles = slices.Compact(n.Roles)
	slices.Sort(n.Projects)
	n.Projects = slices.Compact(n.Projects)
	return nil
}

// forStaff reports whether somebody should read it on the pages of project, or
// on any page when that is 0.
func (n *Notice) forStaff(who actor.Actor, project id.ID) bool {
	if n.Ended || project != 0 && len(n.Projects) > 0 && !slices.Contains(n.Projects, project) {
		return false
	}
	if len(n.Roles)+len(n.Projects) == 0 {
		return true
	}
	return slices.ContainsFunc(who.Grants, func(g actor.Grant) bool {
		role := len(n.Roles) == 0 || slices.Contains(n.Roles, g.Role)
		return role && (len(n.Projects) == 0 || g.Project == 0 || slices.Contains(n.Projects, g.Project))
	})
}

// PutNotice publishes a notice. Errors: ErrNotice, ErrNoticeUntil, ErrRole,
// ErrProject.
func (s *Service) PutNotice(ctx context.Context, who actor.Actor, n Notice) (Notice, error) {
	if err := who.Must(PermManage, 0); err != nil {
		return n, err
	}
	n.Roles, n.Projects = append([]string{}, n.Roles...), append([]id.ID{}, n.Projects...)
	if err := n.check(clock.DateOf(s.db.Clock().Now())); err != nil {
		return n, err
	}
	known, err := s.knownProjects(ctx, who)
	if err != nil {
		return n, fmt.Errorf("publish notice: %w", err)
	}
	for _, p := range n.Projects {
		if p == 0 || s.projects != nil && !known[p] {
			return n, ErrProject.At("body.projects", ErrProject.Text, p)
		}
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		asked := make([]Grant, len(n.Roles))
		for i, r := range n.Roles {
			asked[i].Role = r
		}
		book, err := s.book(ctx, tx, asked)
		if err != nil {
			return err
		}
		for _, r := range n.Roles {
			if _, ok := book[r]; !ok {
				return ErrRole.At("body.roles", ErrRole.Text, r)
			}
		}
		n.ID, n.CreatedAt, n.Author = tx.NewID(), tx.Now(), who.Name
		if err := insertNotice(ctx, tx, n); err != nil {
			return err
		}
		s.audit.Record(tx, audit.Entry{Who: who, Action: "identity.notice_published", Kind: "notice", Subject: n.ID, Summary: "发布公告 " + n.Title, After: noticeOut(n)})
		return nil
	})
	if err != nil {
		return n, fmt.Errorf("publish notice: %w", err)
	}
	return n, nil
}

// EndNotice takes a notice down before its day.
func (s *Service) EndNotice(ctx context.Context, who actor.Actor, notice id.ID) error {
	if err := who.Must(PermManage, 0); err != nil {
		return err
	}
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		n, err := findNotice(ctx, tx, notice)
		if err != nil {
			return err
		}
		if ended, err := endNotice(ctx, tx, notice); err != nil || !ended {
			if err == nil {
				err = ErrNoticeEnded
			}
			return err
		}
		s.audit.Record(tx, audit.Entry{Who: who, Action: "identity.notice_ended", Kind: "notice", Subject: notice, Summary: "撤下公告 " + n.Title, Before: noticeOut(n)})
		return nil
	})
	if err != nil {
		return fmt.Errorf("end notice: %w", err)
	}
	return nil
}

// Notices are those that somebody should read today, newest first: on the
// pages of project, or on any page when that is 0.
func (s *Service) Notices(ctx context.Context, who actor.Actor, project id.ID) ([]Notice, error) {
	all, err := listNotices(ctx, s.db.Reader(ctx), clock.DateOf(s.db.Clock().Now()), 1000)
	if err != nil {
		return nil, fmt.Errorf("list notices: %w", err)
	}
	return slices.DeleteFunc(all, func(n Notice) bool { return !n.forStaff(who, project) }), nil
}

// AllNotices are the newest hundred, past ones too.
func (s *Service) AllNotices(ctx context.Context) ([]Notice, error) {
	all, err := listNotices(ctx, s.db.Reader(ctx), 0, 100)
	if err != nil {
		return nil, fmt.Errorf("list notices: %w", err)
	}
	return all, nil
}
