"""Every error of an agent, as branches of the project's one tree (:mod:`resources.errors`).

::

    SparkleError
      InputError                                                                             exit code 2
        ModelNotNamed             no model was named; there is no default one
        BudgetExceeded            a film has used up its calls, tokens or money
      Missing                                                                                exit code 2
        AdkMissing                google-adk is not installed
        ModelUnknown              no such model, or a model_spec that says nothing
        BackendMissing            the model needs a package, a file or a folder that is not there
        CredentialsMissing        a key is not set; names its variable
        CredentialsRefused        a key is set, and the service does not take it
        EndpointUnreachable       nobody answers at the model's address
      Faulty                                                                                 exit code 1
        ModelFault                the model, or its service, answered with an error
        AnswerInvalid             never answered as asked, in all attempts
          AnswerNotJson           not one JSON object
            PlanParseError
          AnswerCut               stopped at the most tokens an answer may have
            PlanResourceError     a plan that needs more than there is: tokens, shots, seconds
          AnswerOffSchema         JSON that does not hold to the schema
            PlanSchemaError
          AnswerRefused           holds to its schema, and breaks a rule of the film
            PlanPolicyViolation
        PassingFault
          ModelBusy               too many requests, or a service that is down, after every retry
          ModelTimeout            no answer in the time that was given

A budget is configuration: exit code 2, because raising the limit is what mends it. No error ever holds a key or a
whole prompt.
"""

from __future__ import annotations

from resources.errors import Faulty, InputError, Missing, PassingFault


class ModelNotNamed(InputError):
    """No model was named. There is no default model."""


class BudgetExceeded(InputError):
    """The film has used up its calls, its tokens or its money; nothing was asked."""


class AdkMissing(Missing):
    """google-adk is not installed."""


class ModelUnknown(Missing):
    """No such model, or a ``model_spec`` that cannot be read."""


class BackendMissing(Missing):
    """A package, file or folder that the model needs is not there."""


class CredentialsMissing(Missing):
    """A key is not set. The message names the variable, never a value."""


class CredentialsRefused(Missing):
    """The service does not take the key that is set."""


class EndpointUnreachable(Missing):
    """Nobody answers at the model's address."""


class ModelFault(Faulty):
    """The model, or its service, answered with an error that no retry mends."""


class ModelBusy(PassingFault):
    """Too many requests, or a service that is down, after every retry."""


class ModelTimeout(PassingFault):
    """No answer in the time that was given."""


class AnswerInvalid(Faulty):
    """No attempt gave an answer that holds. ``where`` says where the attempts are kept."""


class AnswerNotJson(AnswerInvalid):
    """The answer is not one JSON object."""


class AnswerCut(AnswerInvalid):
    """The answer stopped at the most tokens it may have."""


class AnswerOffSchema(AnswerInvalid):
    """The answer is JSON, and does not hold to its schema."""


class AnswerRefused(AnswerInvalid):
    """The answer holds to its schema, and was refused by the question's own check."""


class PlanParseError(AnswerNotJson):
    """A script that is not JSON."""


class PlanResourceError(AnswerCut):
    """A script that needs more than there is: tokens, shots or seconds."""


class PlanSchemaError(AnswerOffSchema):
    """A script that is no MoviePlan."""


class PlanPolicyViolation(AnswerRefused):
    """A script that breaks the policy, or what the film was asked to be."""
