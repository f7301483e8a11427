package identity

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

// Broken names accounts whose name, state or roles are not those of their
// newest entry in the log, as sentences for the operator; none is what should
// be.
func (s *Service) Broken(ctx context.Context) ([]string, error) {
	q := s.db.Reader(ctx)
	// How many recovery codes are left once stood where the account should stand.
	logged, err := s.audit.Newest(ctx, q, 0, "account", "identity.recovery_used")
	if err != nil {
		return nil, fmt.Errorf("check accounts: %w", err)
	}
	rows, err := q.Query(ctx, "SELECT "+accountRead+" FROM identity_account ORDER BY id")
	accounts, err := db.Collect(rows, err, scanAccount)
	if err != nil {
		return nil, fmt.Errorf("check accounts: %w", err)
	}
	for part := range slices.Chunk(accounts, 500) {
		if err := withGrants(ctx, q, part); err != nil {
			return nil, fmt.Errorf("check accounts: %w", err)
		}
	}
	out := []string{}
	for _, a := range accounts {
		if what := a.differs(logged[a.ID]); what != "" {
			out = append(out, fmt.Sprintf("账号 %s（%s）%s", a.Login, a.ID, what))
		}
		delete(logged, a.ID)
	}
	gone, err := s.lostBuildings(ctx, accounts)
	if err != nil {
		return nil, fmt.Errorf("check accounts: %w", err)
	}
	out = append(out, gone...)
	for account := range logged {
		out = append(out, fmt.Sprintf("账号 %s 不存在，操作日志里却有它", account))
	}
	contacts, err := s.brokenContacts(ctx, q, accounts)
	if err != nil {
		return nil, fmt.Errorf("check contacts: %w", err)
	}
	out = append(out, contacts...)
	roles, err := s.brokenRoles(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("check roles: %w", err)
	}
	return append(out, roles...), nil
}

// lostBuildings names grants that are limited to buildings which are no more:
// they give less than they say.
func (s *Service) lostBuildings(ctx context.Context, accounts []Account) ([]string, error) {
	out, known := []string{}, map[id.ID]map[id.ID]string{}
	for _, a := range accounts {
		for _, g := range a.Grants {
			if s.buildings == nil || !g.Limited || a.State != Active {
				continue
			}
			if known[g.Project] == nil {
				there, err := s.buildings(ctx, g.Project)
				if err != nil {
					return nil, err
				}
				known[g.Project] = there
			}
			for _, b := range g.Buildings {
				if _, ok := known[g.Project][b]; !ok {
					out = append(out, fmt.Sprintf("账号 %s（%s）的角色限于楼栋 %s，项目里已没有这栋楼，请在员工账号里重新勾选", a.Login, a.ID, b))
				}
			}
		}
	}
	return out, nil
}

// brokenContacts names accounts whose phone or mail is not the one of the log:
// whoever changed it by hand could have set a new password with it.
func (s *Service) brokenContacts(ctx context.Context, q db.Q, accounts []Account) ([]string, error) {
	logged, err := s.audit.Newest(ctx, q, 0, "account_contact")
	if err != nil {
		return nil, err
	}
	known, err := allContacts(ctx, q)
	if err != nil {
		return nil, err
	}
	out := []string{}
	for _, a := range accounts {
		var was seenContacts
		if text := logged[a.ID]; text != "" {
			if err := json.Unmarshal([]byte(text), &was); err != nil {
				out = append(out, fmt.Sprintf("账号 %s（%s）的手机和邮箱在操作日志里的记录读不懂：%v", a.Login, a.ID, err))
				continue
			}
		}
		if now := seeContacts(known[a.ID]); now != was {
			out = append(out, fmt.Sprintf("账号 %s（%s）登记的手机或邮箱与操作日志不符：现在是 %s %s，日志里是 %s %s", a.Login, a.ID, now.Phone, now.Mail, was.Phone, was.Mail))
		}
	}
	return out, nil
}

// brokenRoles names roles of own making that differ from the log.
func (s *Service) brokenRoles(ctx context.Context, q db.Q) ([]string, error) {
	logged, err := s.audit.Newest(ctx, q, 0, "role")
	if err != nil {
		return nil, err
	}
	roles, err := listRoleRows(ctx, q)
	if err != nil {
		return nil, err
	}
	out := []string{}
	for _, r := range roles {
		var was seenRole
		if text := logged[r.ID]; text == "" {
			out = append(out, fmt.Sprintf("角色 %s（%s）在操作日志里没有新建的记录", r.Name, r.ID))
		} else if err := json.Unmarshal([]byte(text), &was); err != nil {
			out = append(out, fmt.Sprintf("角色 %s（%s）在操作日志里的记录读不懂：%v", r.Name, r.ID, err))
		} else if now := r.seen(); was.Name != now.Name || was.Note != now.Note || was.State != now.State || !slices.Equal(was.Permissions, now.Permissions) {
			out = append(out, fmt.Sprintf("角色 %s（%s）与操作日志不符：日志里是 %s %v", r.Name, r.ID, was.Name, was.Permissions))
		}
		delete(logged, r.ID)
	}
	for role := range logged {
		out = append(out, fmt.Sprintf("角色 %s 不存在，操作日志里却有它", role))
	}
	return out, nil
}

// differs says in what an account differs from the JSON of its log entry; ""
// is nothing.
func (a *Account) differs(logged string) string {
	if logged == "" {
		return "在操作日志里没有新建的记录"
	}
	var was seen
	if err := json.Unmarshal([]byte(logged), &was); err != nil {
		return "在操作日志里的记录读不懂：" + err.Error()
	}
	now := a.seen()
	same := func(x, y any) bool {
		b, err := json.Marshal(x)
		c, err2 := json.Marshal(y)
		return err == nil && err2 == nil && string(b) == string(c)
	}
	switch {
	case !same(was.Grants, now.Grants):
		return fmt.Sprintf("的角色与操作日志不符：现在是 %s，日志里是 %s", grantsText(now.Grants), grantsText(was.Grants))
	case was.State != now.State:
		return fmt.Sprintf("的状态与操作日志不符：现在是 %s，日志里是 %s", now.State, was.State)
	case was.Login != now.Login || was.Name != now.Name:
		return fmt.Sprintf("的登录名或姓名与操作日志不符：日志里是 %s %s", was.Login, was.Name)
	}
	return ""
}

func grantsText(grants []accountGrant) string {
	b, err := json.Marshal(grants)
	if err != nil {
		return err.Error()
	}
	return string(b)
}
