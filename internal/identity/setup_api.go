package identity

import (
	"context"

	"linli/internal/kit/actor"
	"linli/internal/kit/id"
)

type setupState struct {
	Body struct {
		Open bool `json:"open" doc:"还没有任何账号，可以做首次设置"`
	}
}

func (s *Service) readSetup(ctx context.Context, _ actor.Actor, _ *struct{}) (*setupState, error) {
	out := &setupState{}
	var err error
	out.Body.Open, err = s.SetupOpen(ctx)
	return out, err
}

type setupInput struct {
	Body struct {
		Company  string `json:"company" maxLength:"200" doc:"公司名称，印在收据上"`
		Name     string `json:"name" maxLength:"200" doc:"管理员姓名"`
		Login    string `json:"login" maxLength:"200" doc:"管理员登录名"`
		Password string `json:"password" maxLength:"1000" doc:"管理员密码，至少 10 位"`
	}
}

type createdAccount struct {
	Body struct {
		ID id.ID `json:"id"`
	}
}

func (s *Service) runSetup(ctx context.Context, who actor.Actor, in *setupInput) (*createdAccount, error) {
	b := in.Body
	account, err := s.Setup(ctx, who, NewCompany{Company: b.Company, Name: b.Name, Login: b.Login, Password: b.Password})
	if err != nil {
		return nil, err
	}
	out := &createdAccount{}
	out.Body.ID = account
	return out, nil
}
