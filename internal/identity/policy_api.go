package identity

import (
	"context"

	"linli/internal/kit/actor"
	"linli/internal/kit/id"
)

type policyBody struct {
	MinLength int      `json:"password_min" doc:"密码至少几位，10 到 64"`
	MaxDays   int      `json:"password_days" doc:"密码用多少天后要换，0 为不要求，否则 30 到 365"`
	Idle      int      `json:"idle_minutes" doc:"不用多少分钟后退出登录，15 到 1440；勾选了保持登录的除外"`
	TOTPRoles []string `json:"totp_roles" nullable:"false" maxItems:"200" doc:"哪些角色登录要动态验证码"`
	Sender    id.ID    `json:"code_project_id,omitempty" doc:"找回密码和确认手机、邮箱的验证码由哪个项目的发送账户发出；不填为不用验证码，忘记密码由管理员重置"`
}

// seen is what the audit log keeps of a policy, and the API shows.
func (p Policy) seen() policyBody {
	return policyBody{p.MinLength, p.MaxDays, p.Idle, append([]string{}, p.TOTPRoles...), p.Sender}
}

type onePolicy struct{ Body policyBody }

func (s *Service) readPolicy(ctx context.Context, _ actor.Actor, _ *struct{}) (*onePolicy, error) {
	p, err := s.Policy(ctx, s.db.Reader(ctx))
	if err != nil {
		return nil, err
	}
	return &onePolicy{p.seen()}, nil
}

func (s *Service) setPolicy(ctx context.Context, who actor.Actor, in *onePolicy) (*onePolicy, error) {
	p, err := s.SetPolicy(ctx, who, Policy(in.Body))
	if err != nil {
		return nil, err
	}
	return &onePolicy{p.seen()}, nil
}
