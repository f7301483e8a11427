package identity

import (
	"bytes"
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	"linli/internal/audit"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/sheet"
)

type accountSheet struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        []byte
}

// sheetAccounts is the list of accounts as a table, one row for each role of
// each account: accounts have no project, so the download centre, which keeps
// files by project, has no place for it.
func (s *Service) sheetAccounts(ctx context.Context, who actor.Actor, in *accountsInput) (*accountSheet, error) {
	words, err := s.grantWords(ctx, who)
	if err != nil {
		return nil, fmt.Errorf("export accounts: %w", err)
	}
	var b bytes.Buffer
	rows := 0
	text := func(title string, width int) sheet.Column {
		return sheet.Column{Title: title, Width: width, Text: true}
	}
	err = sheet.WriteXLSX(&b, []sheet.Sheet{{Name: "员工账号", Columns: []sheet.Column{text("姓名", 14), text("登录名", 16), text("状态", 10), text("角色", 16), text("项目", 24),
		text("范围", 16), text("动态验证码", 12), text("最近登录", 20), text("建立", 20)}, Rows: func(emit func([]sheet.Value) error) error {
		return s.eachAccount(ctx, *in, func(a *Account) error {
			rows++
			grants := a.Grants
			if len(grants) == 0 {
				grants = []Grant{{}}
			}
			for _, g := range grants {
				if err := emit(accountCells(a, words(g))); err != nil {
					return err
				}
			}
			return nil
		})
	}}})
	if err != nil {
		return nil, fmt.Errorf("export accounts: %w", err)
	}
	var day clock.Date
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		day = clock.DateOf(tx.Now())
		s.audit.Record(tx, audit.Entry{Who: who, Action: "identity.exported", Kind: "export", Summary: fmt.Sprintf("导出员工账号 %d 个", rows),
			After: map[string]any{"rows": rows, "q": in.Text, "state": in.State, "project_id": in.Project, "role": in.Role}})
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("export accounts: %w", err)
	}
	return &accountSheet{"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
		"attachment; filename*=UTF-8''" + url.PathEscape(fmt.Sprintf("员工账号 %s.xlsx", day)), b.Bytes()}, nil
}

func (s *Service) eachAccount(ctx context.Context, in accountsInput, each func(*Account) error) error {
	f := in.filter()
	for f.Limit, f.Cursor = 500, ""; ; {
		l, err := s.Accounts(ctx, f)
		if err != nil {
			return err
		}
		for i := range l.Items {
			if err := each(&l.Items[i]); err != nil {
				return err
			}
		}
		if f.Cursor = l.Next; f.Cursor == "" {
			return nil
		}
	}
}

// grantWords answers how a grant is written: role, project, extent.
func (s *Service) grantWords(ctx context.Context, who actor.Actor) (func(Grant) [3]string, error) {
	roles, err := s.AllRoles(ctx, s.db.Reader(ctx))
	if err != nil {
		return nil, err
	}
	names, projects := map[string]string{}, map[id.ID]string{0: "全部项目"}
	for _, r := range roles {
		names[r.Key] = r.Name
	}
	if s.projects != nil {
		refs, err := s.projects(ctx, who)
		if err != nil {
			return nil, err
		}
		for _, r := range refs {
			projects[r.ID] = r.Name
		}
	}
	return func(g Grant) [3]string {
		if g.Role == "" {
			return [3]string{"没有角色"}
		}
		extent := ""
		if g.Limited {
			extent = fmt.Sprintf("%d 栋楼", len(g.Buildings))
		}
		name, project := names[g.Role], projects[g.Project]
		if name == "" {
			name = g.Role
		}
		if project == "" {
			project = g.Project.String()
		}
		return [3]string{name, project, extent}
	}, nil
}

func accountCells(a *Account, grant [3]string) []sheet.Value {
	when := func(at time.Time) string {
		if at.UnixMicro() <= 0 {
			return ""
		}
		return at.In(clock.Shanghai()).Format(time.DateTime)
	}
	state, factor := "在用", ""
	if a.State == Dismissed {
		state = "已停用"
	}
	if a.TOTP {
		factor = "已绑定"
	}
	out := []sheet.Value{}
	for _, text := range []string{a.Name, a.Login, state, grant[0], grant[1], grant[2], factor, when(a.SignedInAt), when(a.CreatedAt)} {
		out = append(out, sheet.Text(strings.TrimSpace(text)))
	}
	return out
}
