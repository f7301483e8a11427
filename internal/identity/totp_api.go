package identity

import (
	"context"
	"encoding/base64"

	"linli/internal/kit/actor"
)

type enrolment struct {
	Body struct {
		Secret string `json:"secret" doc:"不能扫码时手工输入的密钥"`
		URL    string `json:"url" doc:"otpauth 地址"`
		QR     string `json:"qr" doc:"二维码，data: 开头的 PNG"`
	}
}

type startInput struct {
	Body struct {
		Password string `json:"password" maxLength:"1000" doc:"现在的密码"`
	}
}

func (s *Service) startTOTP(ctx context.Context, who actor.Actor, in *startInput) (*enrolment, error) {
	e, err := s.StartTOTP(ctx, who, in.Body.Password)
	if err != nil {
		return nil, err
	}
	out := &enrolment{}
	out.Body.Secret, out.Body.URL = e.Secret, e.URL
	out.Body.QR = "data:image/png;base64," + base64.StdEncoding.EncodeToString(e.QR)
	return out, nil
}

type codeInput struct {
	Body struct {
		Code string `json:"code" minLength:"1" maxLength:"40" doc:"动态验证码；解除和换恢复码时也可以用恢复码"`
	}
}

type recoveryCodes struct {
	Body struct {
		Codes []string `json:"codes" nullable:"false" doc:"恢复码，每个用一次，只在这里显示一次"`
	}
}

func (s *Service) confirmTOTP(ctx context.Context, who actor.Actor, in *codeInput) (*recoveryCodes, error) {
	return answerCodes(s.ConfirmTOTP(ctx, who, in.Body.Code))
}

func (s *Service) renewRecovery(ctx context.Context, who actor.Actor, in *codeInput) (*recoveryCodes, error) {
	return answerCodes(s.RenewRecovery(ctx, who, in.Body.Code))
}

func answerCodes(codes []string, err error) (*recoveryCodes, error) {
	if err != nil {
		return nil, err
	}
	out := &recoveryCodes{}
	out.Body.Codes = codes
	return out, nil
}

func (s *Service) removeTOTP(ctx context.Context, who actor.Actor, in *codeInput) (*struct{}, error) {
	return nil, s.RemoveTOTP(ctx, who, in.Body.Code)
}

func (s *Service) resetTOTP(ctx context.Context, who actor.Actor, in *accountInput) (*oneAccount, error) {
	return answerAccount(s.ResetTOTP(ctx, who, in.Account))
}
