"""What can go wrong with a voice provider, as branches of the project's one tree (:mod:`resources.errors`).

::

    SparkleError
      InputError                                                                                        exit code 2
        ConsentMissing        a reference clip without a consent note, or with one for another recording
        LanguageNotSpoken     the provider does not speak the language of a line             another may
      Missing                                                                                           exit code 2
        VoiceKeyMissing       the key of a hosted service is not set; names its variable
        VoiceKeyRefused       it is set, and the service does not take it
      Faulty                                                                                            exit code 1
        RenderFault
          SpeechUnusable      nothing usable was spoken, in all attempts                     another may
          VoiceRefused        the service refused the request, or answered with no sound     another may
          ProvidersFailed     nobody on the profile's list could speak the line
        PassingFault
          VoiceBusy           too many requests, down, or the connection broke               tried again, another may
          VoiceTimeout        no answer in the time that was given                           tried again, another may
          RateCapped          our own cap on its use is reached                              tried again, another may
          ProvidersBusy       nobody on the list could, and one of them may when asked again tried again

*Tried again* is the type's: whoever carries a stage repeats a :class:`~resources.errors.PassingFault` and nothing
else. *Another may* says that the next provider of the profile's list is asked (:data:`FAILOVER`); a fault of the set-up
(a key, a model, consent) never is hidden behind another voice.
"""

from __future__ import annotations

from resources.errors import Busy, InputError, Missing, PassingFault, RenderFault


class ConsentMissing(InputError):
    """A reference clip that nobody vouches for."""


class LanguageNotSpoken(InputError):
    """A provider that does not speak the language of a line."""


class VoiceKeyMissing(Missing):
    """The key of a hosted service is not set. The message names the variable, never a value."""


class VoiceKeyRefused(Missing):
    """The service does not take the key that is set."""


class SpeechUnusable(RenderFault):
    """Nothing usable was spoken, in all attempts."""


class VoiceRefused(RenderFault):
    """A hosted service refused the request, or answered with something that is no speech."""


class ProvidersFailed(RenderFault):
    """Nobody on the profile's list could speak a line."""


class VoiceBusy(PassingFault):
    """A hosted service has too many requests, is down, or the connection broke."""


class VoiceTimeout(PassingFault):
    """A hosted service did not answer in time."""


class RateCapped(PassingFault):
    """Our own cap on the use of a provider is reached, and waiting for it would take too long."""


class ProvidersBusy(PassingFault):
    """Nobody on the profile's list could speak a line now, and one of them may when asked again."""


FAILOVER = (LanguageNotSpoken, RenderFault, PassingFault, Busy)
"""Faults after which the next provider of the list is asked."""
